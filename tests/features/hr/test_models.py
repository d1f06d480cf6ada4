"""What must hold of HR's rows, whichever slice writes them. That a tag must exist is onboarding's test."""

from dataclasses import replace

import pytest

from features.hr.codes import HrCode
from features.hr.models import Department, Employee, Tag
from kernel import Actor, DataScope, Refusal
from kernel.context import set_actor
from kernel.identity.models import User
from tests.platform.kernel.conftest import forget_settings

pytestmark = pytest.mark.usefixtures("app")


async def test_how_many_tags_is_a_setting(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    monkeypatch.setenv("HR_MAX_TAGS_PER_EMPLOYEE", "2")
    forget_settings()
    request.addfinalizer(forget_settings)
    employee = await Employee.get(name="Wang Wei")
    first, second, third = [tag.id for tag in await Tag.all().order_by("-id").limit(3)]
    await employee.set_tags([first, second, first])
    with pytest.raises(Refusal) as refused:
        await employee.set_tags([first, second, third])
    assert refused.value.code is HrCode.TAGS_EXCEED_LIMIT
    assert {tag.id for tag in await employee.tags.all()} == {first, second}


async def test_the_tags_are_those_and_no_others() -> None:
    employee = await Employee.get(name="Wang Wei")
    await employee.tags.add(await Tag.get(name="Python"))
    await employee.set_tags([(await Tag.get(name="German")).id])
    assert [tag.name for tag in await employee.tags.all()] == ["German"]
    await employee.set_tags([])
    assert await employee.tags.all() == []


async def reached_by(user_name: str) -> set[str]:
    user = await User.get(user_name=user_name)
    set_actor(Actor(user_id=user.id, user_name=user_name, scopes=frozenset([DataScope.SCOPE])))
    return {employee.name for employee in await Employee.visible()}


async def test_the_scope_of_a_manager_is_what_they_manage() -> None:
    """Wherever they are on file; and of somebody who has the role and manages nothing, themselves alone."""
    research, sales = await Department.get(code="RD"), await Department.get(code="SA")
    people = {each.name for each in await Employee.filter(department_id=research.id)}
    assert await reached_by("zhouhang") == people
    assert await reached_by("wangwei") == {"Wang Wei"}
    await Department.filter(id=sales.id).update(manager_id=(await Employee.get(name="Zhou Hang")).id)
    assert await reached_by("zhouhang") == people | {
        each.name for each in await Employee.filter(department_id=sales.id)
    }
    assert await reached_by("linyan") == {"Lin Yan"}
    await Department.filter(id=research.id).update(manager_id=None)
    await Department.filter(id=sales.id).delete()
    assert await reached_by("zhouhang") == {"Zhou Hang"}


async def test_a_role_that_names_departments_reaches_those_below_them_too() -> None:
    research, sales = await Department.get(code="RD"), await Department.get(code="SA")
    team = await Department.create(name="Team", code="TE", parent_id=research.id)
    part = await Department.create(name="Part", code="PA", parent_id=team.id)
    await Employee.filter(name="Lin Yan").update(department_id=part.id)
    user, people = await User.get(user_name="zouheng"), await Employee.filter(department_id=research.id)
    rows = {"department": frozenset([research.id])}
    custom = Actor(user_id=user.id, user_name="zouheng", scopes=frozenset([DataScope.CUSTOM]), scope_rows=rows)
    set_actor(custom)
    reached = {employee.name for employee in await Employee.visible()}
    assert reached == {each.name for each in people} | {"Lin Yan", "Zou Heng"}
    await part.ensure_may_add_staff()
    with pytest.raises(Refusal, match="4002"):
        await sales.ensure_may_add_staff()
    set_actor(replace(custom, scope_rows={}))
    assert {employee.name for employee in await Employee.visible()} == {"Zou Heng"}


async def test_several_roles_reach_what_one_or_the_other_does() -> None:
    sales, user = await Department.get(code="SA"), await User.get(user_name="zhouhang")
    rows = {"department": frozenset([sales.id])}
    scopes = frozenset([DataScope.CUSTOM, DataScope.SCOPE, DataScope.SELF])
    set_actor(Actor(user_id=user.id, user_name="zhouhang", scopes=scopes, scope_rows=rows))
    reached = {employee.department_id for employee in await Employee.visible()}
    assert reached == {sales.id, (await Department.get(code="RD")).id}


async def test_who_manages_a_department_may_add_people_to_it_and_a_member_may_not() -> None:
    research = await Department.get(code="RD")
    await reached_by("zhouhang")
    await research.ensure_may_add_staff()
    await reached_by("wangwei")
    with pytest.raises(Refusal) as refused:
        await research.ensure_may_add_staff()
    assert refused.value.code is HrCode.CREATE_FORBIDDEN
