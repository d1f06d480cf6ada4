"""The identity tables. Feature modules may point foreign keys at them ("kernel.User"), and at nothing else outside."""

import unicodedata
from collections.abc import Iterable
from enum import StrEnum

from tortoise import fields
from tortoise.backends.base.client import BaseDBAsyncClient

from kernel.context import DataScope
from kernel.errors.codes import Code
from kernel.models.base import AuditedModel, Model
from kernel.models.tree import Tree
from kernel.schema.types import Gender, Status

SUPER_ROLE = "R_SUPER"


class MenuType(StrEnum):
    CATALOG = "1"
    MENU = "2"


class IconType(StrEnum):
    ICONIFY = "1"
    LOCAL = "2"


class User(AuditedModel):
    """An account. Only its hash of the password is known; `token_version` counts the times all its tokens were ended."""

    id_kind = "user"

    user_name = fields.CharField(max_length=64, unique=True)
    user_name_key = fields.CharField(max_length=255, unique=True, db_default="")  # kept by `save`
    nick_name = fields.CharField(max_length=100, null=True)
    user_gender = fields.CharEnumField(Gender, max_length=1, default=Gender.UNKNOWN)
    user_phone = fields.CharField(max_length=32, null=True, unique=True)
    user_email = fields.CharField(max_length=254, null=True, unique=True)
    password_hash = fields.CharField(max_length=255)
    must_change_password = fields.BooleanField(default=False)
    status_type = fields.CharEnumField(Status, max_length=1, default=Status.ENABLED)
    token_version = fields.IntField(default=0)
    last_login = fields.DatetimeField(null=True)
    roles: fields.ManyToManyRelation["Role"] = fields.ManyToManyField(
        "kernel.Role", through="sys_user_role", forward_key="role_id", backward_key="user_id", related_name="users"
    )

    class Meta:
        table = "sys_user"

    duplicates = {
        "user_name": Code.DUPLICATE_USER_NAME,
        "user_name_key": Code.DUPLICATE_USER_NAME,
        "user_phone": Code.DUPLICATE_USER_PHONE,
        "user_email": Code.DUPLICATE_USER_EMAIL,
    }

    async def save(
        self,
        using_db: BaseDBAsyncClient | None = None,
        update_fields: Iterable[str] | None = None,
        force_create: bool = False,
        force_update: bool = False,
    ) -> None:
        """As any save. Of names that differ in case only, or look alike otherwise (NFKC), the database takes one."""
        self.user_name_key = unicodedata.normalize("NFKC", self.user_name).casefold()
        if update_fields is not None and "user_name" in (update_fields := list(update_fields)):
            update_fields.append("user_name_key")
        await super().save(using_db, update_fields, force_create, force_update)


class Role(AuditedModel):
    """What its holders may see and call, and which rows they reach."""

    id_kind = "role"

    role_name = fields.CharField(max_length=64)
    role_code = fields.CharField(max_length=64, unique=True)
    role_desc = fields.CharField(max_length=500, null=True)
    data_scope = fields.CharEnumField(DataScope, max_length=16, default=DataScope.SELF)
    status_type = fields.CharEnumField(Status, max_length=1, default=Status.ENABLED)
    home: fields.ForeignKeyNullableRelation["Menu"] = fields.ForeignKeyField(
        "kernel.Menu", null=True, on_delete=fields.SET_NULL, related_name="home_of", source_field="home_id"
    )
    menus: fields.ManyToManyRelation["Menu"] = fields.ManyToManyField(
        "kernel.Menu", through="sys_role_menu", forward_key="menu_id", backward_key="role_id", related_name="roles"
    )
    buttons: fields.ManyToManyRelation["Button"] = fields.ManyToManyField(
        "kernel.Button",
        through="sys_role_button",
        forward_key="button_id",
        backward_key="role_id",
        related_name="roles",
    )
    apis: fields.ManyToManyRelation["Api"] = fields.ManyToManyField(
        "kernel.Api", through="sys_role_api", forward_key="api_id", backward_key="role_id", related_name="roles"
    )
    home_id: int | None

    class Meta:
        table = "sys_role"

    duplicates = {"role_code": Code.DUPLICATE_ROLE_CODE}


class Menu(Tree, AuditedModel):
    """A page of the front end, or a catalog of pages. The fields are those that the front end's router reads."""

    id_kind = "menu"

    parent: fields.ForeignKeyNullableRelation["Menu"] = fields.ForeignKeyField(
        "kernel.Menu", null=True, on_delete=fields.RESTRICT, related_name="children"
    )
    menu_type = fields.CharEnumField(MenuType, max_length=1)
    menu_name = fields.CharField(max_length=100)
    route_name = fields.CharField(max_length=100, unique=True)
    route_path = fields.CharField(max_length=200)
    path_param = fields.CharField(max_length=200, null=True)
    component = fields.CharField(max_length=200, null=True)
    icon = fields.CharField(max_length=100, null=True)
    icon_type = fields.CharEnumField(IconType, max_length=1, default=IconType.ICONIFY)
    order = fields.IntField(default=0)
    i18n_key = fields.CharField(max_length=100, null=True)
    keep_alive = fields.BooleanField(default=False)
    constant = fields.BooleanField(default=False)
    href = fields.CharField(max_length=500, null=True)
    hide_in_menu = fields.BooleanField(default=False)
    active_menu = fields.CharField(max_length=100, null=True)
    multi_tab = fields.BooleanField(default=False)
    fixed_index_in_tab = fields.IntField(null=True)
    query: fields.Field[list[dict[str, str]] | None] = fields.JSONField(null=True)
    redirect = fields.CharField(max_length=200, null=True)
    props: fields.Field[bool | dict[str, str] | None] = fields.JSONField(null=True)
    status_type = fields.CharEnumField(Status, max_length=1, default=Status.ENABLED)
    parent_id: int | None

    class Meta:
        table = "sys_menu"
        indexes = (("parent_id",),)

    duplicates = {"route_name": Code.DUPLICATE_MENU_ROUTE}


class Button(AuditedModel):
    """An action on a page: `B_<module>_<subject>_<verb>`."""

    id_kind = "button"

    button_code = fields.CharField(max_length=100, unique=True)
    button_desc = fields.CharField(max_length=200)
    menu: fields.ForeignKeyRelation[Menu] = fields.ForeignKeyField(
        "kernel.Menu", on_delete=fields.CASCADE, related_name="buttons"
    )
    menu_id: int

    class Meta:
        table = "sys_button"
        indexes = (("menu_id",),)


class Api(AuditedModel):
    """A slice, as permissions name it: `route_key` is the use case's name. Start-up keeps the table equal to the code."""

    id_kind = "api"

    route_key = fields.CharField(max_length=200, unique=True)
    api_path = fields.CharField(max_length=300)
    api_method = fields.CharField(max_length=10)
    summary = fields.CharField(max_length=300)
    tags: fields.Field[list[str]] = fields.JSONField()
    status_type = fields.CharEnumField(Status, max_length=1, default=Status.ENABLED)

    class Meta:
        table = "sys_api"


class LoginFailures(Model):
    """How often a name was given with a wrong password. The name need not exist; only a digest of it is kept."""

    name_digest = fields.CharField(max_length=64, unique=True)
    failures = fields.IntField()
    expires_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "sys_login_failures"
