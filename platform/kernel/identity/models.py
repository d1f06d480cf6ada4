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
ADMIN_ROLE = "R_ADMIN"  # declared to hold every use case and button; what is refused to its holders is logged


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


class RoleScope(Model):
    """A row that a role with the data scope CUSTOM reaches, by the kind of its id: a department, for HR. No foreign key:
    the kernel does not know the table.
    """

    role: fields.ForeignKeyRelation[Role] = fields.ForeignKeyField(
        "kernel.Role", on_delete=fields.CASCADE, related_name="scope_rows"
    )
    subject = fields.CharField(max_length=64)
    row_id = fields.BigIntField()
    role_id: int

    class Meta:
        table = "sys_role_scope"
        unique_together = (("role_id", "subject", "row_id"),)


class GrantsVersion(Model):
    """One row, whose number grows with each change of what roles grant; see `kernel.identity.changes`."""

    version = fields.BigIntField(default=0)

    class Meta:
        table = "sys_grants_version"


class Declared(Model):
    """What start-up has made of declarations: a name that stands here and has no row was deleted by an administrator."""

    kind = fields.CharField(max_length=16)
    name = fields.CharField(max_length=200)

    class Meta:
        table = "sys_declared"
        unique_together = (("kind", "name"),)


class EndReason(StrEnum):
    """Why a session is over."""

    SIGNED_OUT = "signed_out"
    ENDED_BY_OWNER = "ended_by_owner"
    ENDED_BY_ADMIN = "ended_by_admin"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105  a name
    ACCOUNT_DISABLED = "account_disabled"
    ROLE_OFFLINE = "role_offline"
    TOKEN_REUSED = "token_reused"  # noqa: S105  a name
    IMPERSONATION_ENDED = "impersonation_ended"


class Session(Model):
    """The family of token pairs that began with one sign-in, on one device.

    `generation` counts its pairs: a refresh token of an earlier one is spent. `rotated_at` is when the last was issued.
    """

    id_kind = "session"

    family = fields.CharField(max_length=32, unique=True)
    user: fields.ForeignKeyRelation[User] = fields.ForeignKeyField(
        "kernel.User", on_delete=fields.CASCADE, related_name="sessions"
    )
    impersonator: fields.ForeignKeyNullableRelation[User] = fields.ForeignKeyField(
        "kernel.User", null=True, on_delete=fields.CASCADE, related_name="impersonations"
    )
    address = fields.CharField(max_length=64, null=True)
    agent = fields.CharField(max_length=300, null=True)
    created_at = fields.DatetimeField()
    last_seen = fields.DatetimeField()
    generation = fields.IntField(default=0)
    rotated_at = fields.DatetimeField()
    expires_at = fields.DatetimeField(db_index=True)
    ended_at = fields.DatetimeField(null=True)
    end_reason = fields.CharEnumField(EndReason, max_length=32, null=True)
    user_id: int
    impersonator_id: int | None

    class Meta:
        table = "sys_session"
        indexes = (("user_id", "address"), ("impersonator_id",))


class SecurityEvent(StrEnum):
    """What the login log holds."""

    SIGN_IN = "sign_in"
    CODE_SIGN_IN = "code_sign_in"
    REGISTER = "register"
    SIGN_OUT = "sign_out"
    SESSION_END = "session_end"
    TOKEN_REUSE = "token_reuse"  # noqa: S105  a name
    PASSWORD_CHANGE = "password_change"  # noqa: S105  a name
    PASSWORD_RESET = "password_reset"  # noqa: S105  a name
    IMPERSONATION = "impersonation"
    IMPERSONATION_END = "impersonation_end"
    DENIAL = "denial"


class LoginLog(Model):
    """A sign-in, well or not, and whatever else an auditor asks for. Names are copied: it outlives the accounts."""

    id_kind = "login-log"

    created_at = fields.DatetimeField(db_index=True)
    event = fields.CharEnumField(SecurityEvent, max_length=32)
    code = fields.CharField(max_length=4)
    user_id = fields.BigIntField(null=True, db_index=True)
    user_name = fields.CharField(max_length=64, null=True)
    by_user_name = fields.CharField(max_length=64, null=True)
    address = fields.CharField(max_length=64, null=True)
    agent = fields.CharField(max_length=300, null=True)
    request_id = fields.CharField(max_length=64, null=True)
    detail = fields.CharField(max_length=200, null=True)

    class Meta:
        table = "sys_login_log"


class Captcha(Model):
    """The code that was last sent to a phone, and how often: only digests of both are kept."""

    phone_digest = fields.CharField(max_length=64, unique=True)
    code_digest = fields.CharField(max_length=64, null=True)
    expires_at = fields.DatetimeField(db_index=True)
    tries = fields.IntField(default=0)
    sent_at = fields.DatetimeField()
    day_began_at = fields.DatetimeField()
    sent_that_day = fields.IntField(default=0)

    class Meta:
        table = "sys_captcha"


class LoginFailures(Model):
    """How often a name was given with a wrong password. The name need not exist; only a digest of it is kept."""

    name_digest = fields.CharField(max_length=64, unique=True)
    failures = fields.IntField()
    expires_at = fields.DatetimeField(db_index=True)

    class Meta:
        table = "sys_login_failures"
