"""A good request to each use case, made of what its declaration says; what no declaration tells is written here."""

from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from features.hr.models import Department, Employee, EmployeeStatus
from kernel.context import set_actor
from kernel.identity.models import Role, User
from kernel.ids import Kind, kind_of
from kernel.models.base import Model
from kernel.schema.base import wire_name
from kernel.slices.discovery import discover
from kernel.slices.route import SliceRoute
from tests.callers import id_kinds
from tests.uploads import image

# By use case, the fields without which it is refused, other than ids. One that is missing here fails by its name.
FIELDS: Mapping[str, Mapping[str, Any]] = {
    "auth.change_password": {"old_password": "123456", "new_password": "correct horse"},
    "auth.update_profile": {"nick_name": "Nick"},
    "hr.departments.create": {"name": "New", "code": "NEW"},
    "hr.departments.update": {"name": "New"},
    "hr.employees.resign": {"remark": "Bye."},
    "hr.employees.update": {"name": "New"},
    "hr.employees.onboard": {"user_name": "lilei", "name": "Li Lei"},
    "hr.employees.set_avatar": {"file": image()},
    "hr.my.set_avatar": {"file": image()},
    "hr.my.update_profile": {"phone": "+8613900000001"},
    "hr.tags.create": {"name": "New", "category": "skill"},
    "hr.tags.update": {"name": "New"},
    "system_manage.roles.batch_offline": {"role_codes": ["R_USER"]},
    "system_manage.roles.create": {"role_name": "New", "role_code": "R_NEW"},
    "system_manage.roles.set_data_scope": {"data_scope": "custom"},
    "system_manage.roles.update": {"role_name": "New"},
    "system_manage.apis.set_status": {"status_type": "2"},
    "system_manage.dictionaries.create": {"dict_type": "site", "label": "North", "value": "north"},
    "system_manage.menus.create": {"menu_type": "2", "menu_name": "New", "route_name": "new", "route_path": "/new"},
    "system_manage.users.create": {
        "user_name": "lilei",
        "password": "correct horse",
        "by_user_role_code_list": ["R_USER"],
    },
    "system_manage.users.update": {"nick_name": "New", "by_user_role_code_list": ["R_USER", "R_SUPER"]},
}
# Of which row the use case speaks where the first of its kind will not do: a column and its value.
ROWS: Mapping[str, Mapping[str, Any]] = {
    "hr.departments.batch_delete": {"code": "EMPTY"},
    "hr.departments.delete": {"code": "EMPTY"},
    "hr.employees.batch_delete": {"status": EmployeeStatus.RESIGNED},
    "hr.employees.delete": {"status": EmployeeStatus.RESIGNED},
    "hr.employees.regularize": {"status": EmployeeStatus.PROBATION},
    "hr.employees.rehire": {"status": EmployeeStatus.RESIGNED},
    "hr.employees.resign": {"name": "Wang Wei"},
    "hr.team.employees.regularize": {"employee_no": "NEWCOMER"},
    "hr.team.employees.set_tags": {"employee_no": "NEWCOMER"},
    "system_manage.roles.batch_delete": {"role_code": "R_EMPTY"},
    "system_manage.roles.delete": {"role_code": "R_EMPTY"},
    "system_manage.roles.set_data_scope": {"role_code": "R_EMPTY"},
    "system_manage.users.batch_delete": {"user_name": "User"},
    "system_manage.users.delete": {"user_name": "User"},
    "system_manage.apis.set_status": {"route_key": "hr.departments.tree"},
    "system_manage.menus.batch_delete": {"route_name": "home"},
}


async def add_rows() -> None:
    """What ROWS speaks of and no seed has, and what modules add: `add_rows` of `tests/features/<module>/rows.py`."""
    set_actor(None)  # nobody wrote it
    await Department.create(name="Empty", code="EMPTY")
    await Role.create(role_name="Empty", role_code="R_EMPTY")
    # Who calls is an employee, and leads a team: else what is theirs, and what only managers may, is refused before ids are.
    for user_name in ("Soybean", "Super"):
        department = await Department.create(name=user_name, code=f"OF-{user_name}")
        user = await User.get(user_name=user_name)
        leader = await Employee.create(
            name=user_name, user_id=user.id, department_id=department.id, status=EmployeeStatus.ACTIVE
        )
        await Department.filter(id=department.id).update(manager_id=leader.id)
    await Employee.create(name="Newcomer", employee_no="NEWCOMER", department_id=department.id)
    for feature in discover():
        if find_spec(f"tests.features.{feature.name}.rows"):
            await import_module(f"tests.features.{feature.name}.rows").add_rows()


def model_of(kind: Kind) -> type[Model]:
    """The table whose rows ids of this kind name."""
    known: list[type[Model]] = [Model]
    for model in known:  # grows while it runs
        known += type.__subclasses__(model)
        if model.__dict__.get("id_kind") == kind.label and model.__module__.startswith(("features.", "kernel.")):
            return model
    raise LookupError(f"no table has rows of the kind {kind.label!r}")


def places(route: SliceRoute) -> dict[str, type[Model]]:
    """Where the use case reads an id: the parameter or the field of the body, and the table."""
    names = {*route.param_convertors, *body_fields(route)}
    return {name: model_of(kind) for name, kind in id_kinds(route).items() if name in names}


def body_fields(route: SliceRoute) -> dict[str, FieldInfo]:
    """The fields of the use case's body, if it reads one."""
    body = route.body_field and route.body_field.field_info.annotation
    return body.model_fields if isinstance(body, type) and issubclass(body, BaseModel) else {}


def is_list(route: SliceRoute, place: str) -> bool:
    """Whether several ids stand there."""
    fields = body_fields(route)
    return place in fields and "list" in str(fields[place].annotation).lower()


async def first_row(route: SliceRoute, model: type[Model]) -> Model:
    """A row that is there for everybody who reaches all."""
    rows = model.all().order_by("id")
    wanted = {column: value for column, value in ROWS.get(route.name, {}).items() if column in model._meta.fields_map}
    row = await rows.filter(**wanted).first()
    assert row, f"{route.name}: there is no {model.__name__} to ask for; seed one"
    return row


async def good_request(route: SliceRoute, ids: Mapping[str, int] | None = None) -> dict[str, Any]:
    """Arguments for `Caller.call`: of `ids`, and rows that are there for all others that the path needs."""
    arguments: dict[str, Any] = dict(FIELDS.get(route.name, {}))
    for place, model in places(route).items():
        if ids and place in ids:
            arguments[place] = [ids[place]] if is_list(route, place) else ids[place]
        elif place in route.param_convertors or place in REQUIRED.get(route.name, ()):
            row = await first_row(route, model)
            arguments[place] = [row.id] if is_list(route, place) else row.id
    return arguments


# By use case, the ids of its body without which it is refused.
REQUIRED: Mapping[str, tuple[str, ...]] = {
    "hr.departments.appoint_manager": ("manager_id",),
    "hr.departments.batch_delete": ("ids",),
    "hr.employees.batch_delete": ("ids",),
    "hr.employees.onboard": ("department_id",),
    "hr.employees.set_tags": ("tag_ids",),
    "hr.my.set_tags": ("tag_ids",),
    "hr.tags.batch_delete": ("ids",),
    "hr.team.employees.set_tags": ("tag_ids",),
    "hr.employees.transfer": ("department_id",),
    "system_manage.roles.batch_delete": ("ids",),
    "system_manage.roles.set_apis": ("by_role_api_ids",),
    "system_manage.roles.set_buttons": ("by_role_button_ids",),
    "system_manage.roles.set_data_scope": ("department_ids",),
    "system_manage.users.batch_delete": ("ids",),
    "system_manage.users.batch_offline": ("ids",),
    "system_manage.dictionaries.batch_delete": ("ids",),
    "system_manage.menus.batch_delete": ("ids",),
}


def of_another_kind(kind: Kind) -> str:
    """The id of a row that is there, of another table."""
    return kind_of(User if kind is not kind_of(User) else Role).encode(1)


def columns() -> set[str]:
    """The names of all columns and relations of all tables, as the wire and as Python spells them."""
    known: list[type[Model]] = [Model]
    names = set[str]()
    for model in known:  # grows while it runs
        known += type.__subclasses__(model)
        if model.__module__.startswith(("features.", "kernel.")):
            names |= set(model._meta.fields_map)
    return names | {wire_name(name) for name in names}
