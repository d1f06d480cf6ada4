"""A caller reaches the rows of their data scope, and no others."""

from collections.abc import Callable

import pytest
from tortoise.context import TortoiseContext
from tortoise.exceptions import DoesNotExist
from tortoise.expressions import Q
from tortoise.transactions import in_transaction

from kernel.context import Actor, DataScope, set_actor
from kernel.models.scope import OutOfScope, Scoped, scope_subjects
from tests.platform.kernel.models.office import Department, Employee

SCOPED = [DataScope.SELF, DataScope.CUSTOM, DataScope.SCOPE]


def act(scope: DataScope, name: str = "Ann", *, is_super: bool = False) -> None:
    set_actor(Actor(user_id=1, user_name=name, scopes=frozenset([scope]), is_super=is_super))


@pytest.fixture
async def ids(office: TortoiseContext) -> dict[str, int]:
    """Ann and Bob of Sales, Cid of Stock, and Dan of Sales, who is deleted."""
    sales = await Department.create(name="Sales", code="1")
    stock = await Department.create(name="Stock", code="2")
    staff = {"Ann": sales, "Bob": sales, "Cid": stock, "Dan": sales}
    ids = {name: (await Employee.create(name=name, department=place)).id for name, place in staff.items()}
    await Employee.filter(name="Dan").delete()
    return ids


async def reached() -> list[str]:
    return sorted(employee.name for employee in await Employee.visible())


async def test_scopes(ids: dict[str, int]) -> None:
    act(DataScope.ALL)
    assert await reached() == ["Ann", "Bob", "Cid"]
    act(DataScope.SELF)
    assert await reached() == ["Ann"]
    act(DataScope.SCOPE)
    assert await reached() == ["Ann", "Bob"]
    act(DataScope.SCOPE, "Dan")
    assert await reached() == []
    act(DataScope.SELF, is_super=True)
    assert await reached() == ["Ann", "Bob", "Cid"]


async def test_what_the_model_does_not_define_reaches_nothing(ids: dict[str, int]) -> None:
    act(DataScope.CUSTOM)
    assert await reached() == []


@pytest.mark.parametrize("empty", [None, Q(), ~Q(), Q(Q(), Q())])
@pytest.mark.parametrize("scope", SCOPED)
async def test_an_empty_filter_reaches_nothing(
    ids: dict[str, int], scope: DataScope, empty: Q | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer: Callable[[Actor, DataScope], Q | None] = lambda _actor, _scope: empty  # noqa: E731
    monkeypatch.setattr(Employee, "scope_filter", answer)
    act(scope)
    assert await reached() == []
    assert await Employee.visible().count() == 0
    assert await Employee.visible().update(salary=1) == 0


def test_a_scoped_model_must_say_what_its_scopes_reach() -> None:
    with pytest.raises(NotImplementedError):
        Scoped.scope_filter(Actor(user_id=1, user_name="Ann"), DataScope.SELF)


async def test_nobody_signed_in(ids: dict[str, int]) -> None:
    set_actor(None)
    with pytest.raises(LookupError):
        Employee.visible()


async def test_visible_row_is_typed(ids: dict[str, int]) -> None:
    act(DataScope.ALL)
    ann: Employee = await Employee.visible().get(id=ids["Ann"])
    assert ann.salary == 0


async def test_for_update(ids: dict[str, int]) -> None:
    act(DataScope.SCOPE)
    async with in_transaction("default"):
        bob: Employee = await Employee.for_update(ids["Bob"])
        assert bob.name == "Bob"
        with pytest.raises(OutOfScope) as refused:
            await Employee.for_update(ids["Cid"])
        assert (refused.value.model, refused.value.row_id) == ("Employee", ids["Cid"])
        for nowhere in (ids["Dan"], 987654):
            with pytest.raises(DoesNotExist):
                await Employee.for_update(nowhere)


async def test_for_update_with_a_scope_across_a_join(ids: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Employee, "scope_filter", lambda _actor, _scope: Q(department__name="Sales"))
    act(DataScope.SELF)
    async with in_transaction("default"):
        assert (await Employee.for_update(ids["Bob"])).name == "Bob"
        with pytest.raises(OutOfScope):
            await Employee.for_update(ids["Cid"])


def test_the_tables_whose_rows_a_role_may_name(office: TortoiseContext, monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that a scoped table says, by the kind of their ids."""
    assert scope_subjects() == {}
    monkeypatch.setattr(Department, "id_kind", "office department", raising=False)
    monkeypatch.setattr(Employee, "scope_subject", Department)
    assert scope_subjects() == {"office department": Department}
