"""What changes of roles mean for whoever holds them: it is in force on their next request."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from features.hr.models import Department, Employee
from kernel.identity.models import Api, Button, Menu, Role, User
from tests.callers import Answer, Caller
from tests.conftest import Counting, SignedIn

Change = Callable[[Caller, Role], Awaitable[Answer]]


async def without(many: str, one: str, role: Role, relation: Any, **gone: str) -> dict[str, Any]:
    """The call that takes one page, button or use case from the role."""
    left = [row.id for row in await relation if row.id != (await relation.remote_model.get(**gone)).id]
    return {"use_case": f"system_manage.roles.set_{many}", "role_id": role.id, f"by_role_{one}_ids": left}


async def disable(role: Role) -> dict[str, Any]:
    return {"use_case": "system_manage.roles.update", "role_id": role.id, "statusType": "2"}


async def take_from_user(role: Role) -> dict[str, Any]:
    user = await User.get(user_name="liuqing")
    codes = [each.role_code for each in await user.roles if each.id != role.id]
    return {"use_case": "system_manage.users.update", "user_id": user.id, "by_user_role_code_list": codes}


async def take_api(role: Role) -> dict[str, Any]:
    return await without("apis", "api", role, role.apis, route_key="hr.employees.onboard")


async def take_button(role: Role) -> dict[str, Any]:
    return await without("buttons", "button", role, role.buttons, button_code="B_HR_EMP_ONBOARD")


@pytest.mark.parametrize(
    ("change", "code"),
    [(disable, "2201"), (take_from_user, "2201"), (take_api, "2201"), (take_button, "2202")],
    ids=lambda each: getattr(each, "__name__", each),
)
async def test_what_is_taken_is_gone_on_the_next_request(
    change: Callable[[Role], Awaitable[dict[str, Any]]], code: str, signed_in: SignedIn, counting: Counting
) -> None:
    """Though the app had kept all of it: no statement says so before, and it asks again after."""
    soybean, liuqing = await signed_in("R_SUPER"), await signed_in("liuqing")
    call = await change(await Role.get(role_code="R_HR_SPECIALIST"))
    await liuqing.warm()
    with counting() as cost:
        assert (await liuqing.call("hr.employees.onboard")).code == "1200"
    assert cost.statements == []
    assert (await soybean.call(call.pop("use_case"), **call)).code == "0000"
    assert (await liuqing.call("hr.employees.onboard")).code == code


async def test_what_is_given_is_there_on_the_next_request(signed_in: SignedIn) -> None:
    soybean, caller = await signed_in("R_SUPER"), await signed_in("User")
    role, api = await Role.get(role_code="R_USER"), await Api.get(route_key="hr.departments.tree")
    assert (await caller.call("hr.departments.tree")).code == "2201"
    await soybean.call("system_manage.roles.set_apis", role_id=role.id, by_role_api_ids=[api.id])
    assert (await caller.call("hr.departments.tree")).code == "0000"
    await soybean.call("system_manage.roles.update", role_id=role.id, statusType="2")
    assert (await caller.call("hr.departments.tree")).code == "2207"
    await soybean.call("system_manage.roles.update", role_id=role.id, statusType="1")
    assert (await caller.call("hr.departments.tree")).code == "0000"


async def test_a_page_that_is_taken_leaves_the_routes(signed_in: SignedIn) -> None:
    soybean, liuqing, role = (
        await signed_in("R_SUPER"),
        await signed_in("liuqing"),
        await Role.get(role_code="R_HR_SPECIALIST"),
    )
    assert "hr_department" in (await liuqing.call("route.user_routes")).text
    pages = [page.id for page in await Menu.filter(route_name__in=["home", "hr_tag"])]
    await soybean.call(
        "system_manage.roles.set_menus", role_id=role.id, by_role_menu_ids=pages, by_role_home_id=pages[1]
    )
    routes = await liuqing.call("route.user_routes")
    assert ("hr_department" in routes.text, "hr_tag" in routes.text) == (False, True)


async def test_buttons_are_shown_as_they_are_granted(signed_in: SignedIn) -> None:
    soybean, liuqing, role = (
        await signed_in("R_SUPER"),
        await signed_in("liuqing"),
        await Role.get(role_code="R_HR_SPECIALIST"),
    )
    await liuqing.warm()
    edit = await Button.get(button_code="B_HR_DEPT_EDIT")
    await soybean.call("system_manage.roles.set_buttons", role_id=role.id, by_role_button_ids=[edit.id])
    of_employees = ["B_HR_MY_AVATAR_EDIT", "B_HR_MY_TAG_EDIT"]  # which liuqing is, too
    assert (await liuqing.call("auth.user_info")).data["buttons"] == ["B_HR_DEPT_EDIT", *of_employees]


async def test_a_narrower_scope_reaches_less_on_the_next_request(signed_in: SignedIn) -> None:
    """From all rows to those of a department and what stands below it, to one's own."""
    soybean, liuqing, role = (
        await signed_in("R_SUPER"),
        await signed_in("liuqing"),
        await Role.get(role_code="R_HR_SPECIALIST"),
    )
    product = await Department.get(code="PD")
    labs = await Department.create(name="Labs", code="LABS", parent_id=product.id)
    await Employee.filter(name="Wang Wei").update(department_id=labs.id)

    async def reached() -> list[str]:
        found = await liuqing.call("hr.employees.search", size=1000)
        return sorted([record["departmentName"] for record in found.data["records"]])

    assert len(await reached()) == await Employee.all().count()
    fields: list[dict[str, Any]] = [
        {"data_scope": "custom", "department_ids": [product.id]},
        {"data_scope": "custom", "department_ids": []},
        {"data_scope": "all"},
        {"data_scope": "self"},
    ]
    expected = [["Human Resources", "Labs"] + ["Product"] * 7, ["Human Resources"], None, ["Human Resources"]]
    for each, names in zip(fields, expected, strict=True):
        answer = await soybean.call("system_manage.roles.set_data_scope", role_id=role.id, **each)
        assert answer.code == "0000"
        assert await reached() == names or (names is None and len(await reached()) == await Employee.all().count())
