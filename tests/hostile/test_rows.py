"""Every use case that takes an id, asked for rows that are not the caller's: never another's data, never half of a batch.

The cases are made of the declarations: a new use case is asked without a line here.
"""

from typing import Any

import pytest

from kernel.clock import now
from kernel.context import Actor, set_actor
from kernel.identity.grants import read_grants
from kernel.identity.models import Api, Button, Role, User
from kernel.models.base import Model
from kernel.models.scope import Scoped
from kernel.models.soft_delete import SoftDelete
from kernel.rbac.authorize import Access
from kernel.search.request import SearchRequest
from kernel.slices.route import SliceRoute
from tests.callers import Answer, Caller, every_slice, id_kinds, slice_named
from tests.conftest import SignedIn
from tests.hostile.requests import add_rows, first_row, good_request, is_list, of_another_kind, places
from tests.state import unchanged

CASES = [
    pytest.param(route.name, place, id=f"{route.name} {place}")
    for route in every_slice()
    if route.access_rule.access is not Access.PUBLIC
    for place in places(route)
]
NOT_THERE = {"1101", "2406"}
OF_NO_ROW = 2**62
# Where an id of no row is no mistake: nothing is handed over by who manages nothing.
IGNORED = {(f"hr.employees.{verb}", "new_manager_employee_id") for verb in ("transfer", "resign")}


def is_filter(route: SliceRoute, place: str) -> bool:
    body: Any = route.body_field and route.body_field.field_info.annotation
    return place not in route.param_convertors and isinstance(body, type) and issubclass(body, SearchRequest)


@pytest.mark.parametrize(("name", "place"), CASES)
async def test_an_id_of_another_kind_is_none(name: str, place: str, signed_in: SignedIn) -> None:
    await add_rows()
    soybean, route = await signed_in("R_SUPER"), slice_named(name)
    wrong = of_another_kind(id_kinds(route)[place])
    arguments = await good_request(route) | {place: [wrong] if is_list(route, place) else wrong}
    async with unchanged():
        answer = await soybean.call(name, **arguments)
    assert answer.code == "1200", answer
    assert place.split("_")[0] in answer.wrong_fields[0].lower(), answer


@pytest.mark.parametrize(("name", "place"), CASES)
async def test_an_id_of_no_row(name: str, place: str, signed_in: SignedIn) -> None:
    await ask_for_nothing(name, place, OF_NO_ROW, await signed_in("R_SUPER"))


@pytest.mark.parametrize(("name", "place"), CASES)
async def test_a_row_that_was_deleted(name: str, place: str, signed_in: SignedIn) -> None:
    model = places(slice_named(name))[place]
    if not issubclass(model, SoftDelete):
        pytest.skip("its rows are gone when they are deleted")
    if is_filter(slice_named(name), place):
        pytest.skip("what points to a deleted row is not deleted with it")
    row = await model.all().order_by("-id").first()
    assert row
    await model.filter(id=row.id).update(deleted_at=now())
    await ask_for_nothing(name, place, row.id, await signed_in("R_SUPER"))


async def ask_for_nothing(name: str, place: str, row_id: int, caller: Caller) -> None:
    await add_rows()
    route = slice_named(name)
    arguments = await good_request(route, {place: row_id})
    if (name, place) in IGNORED or is_filter(route, place):
        answer = await caller.call(name, **arguments)
        assert answer.code == "0000"
        assert not is_filter(route, place) or answer.data["records"] == []
        return
    async with unchanged():
        answer = await caller.call(name, **arguments)
    assert refuses(route, place, answer, NOT_THERE), answer


def refuses(route: SliceRoute, place: str, answer: Answer, codes: set[str]) -> bool:
    """By these codes, or for the row that a body names by a rule of the module: "no member of the department"."""
    return answer.code in codes or (place not in route.param_convertors and answer.code.startswith("4"))


# --- data scope


async def somebody(route: SliceRoute) -> tuple[str, User]:
    """The name of an employee who may call this and reaches their own row only."""
    rule = route.access_rule
    role = await Role.create(role_code="R_OWN", role_name="Sees what is their own")
    await role.apis.add(*await Api.filter(route_key=route.name))
    await role.buttons.add(*await Button.all())
    user = await User.get(user_name="wangwei")
    await user.roles.clear()
    await user.roles.add(role, *await Role.filter(role_code__in=list(rule.roles.names if rule.roles else [])))
    for held in await user.roles.filter(id__not=role.id):
        await held.apis.clear()
    return user.user_name, user


async def own_and_foreign(route: SliceRoute, model: type[Scoped], user: User) -> tuple[Model, Model]:
    """A row that this caller reaches in this use case, and one that they do not."""
    held = (await read_grants([role.id for role in await user.roles])).roles.values()
    actor = Actor(user_id=user.id, user_name=user.user_name, held=tuple(held))
    set_actor(actor.within([role for role in actor.held if route.name in role.apis]) if held else actor)
    own = await model.visible().order_by("id").first()
    foreign = await model.unscoped().exclude(id__in=[row.id for row in await model.visible()]).order_by("-id").first()
    set_actor(None)
    assert own, "there is nothing to reach; the case would prove nothing"
    assert foreign
    return own, foreign


def cases(*, scoped: bool = False, batch: bool = False) -> list[Any]:
    chosen: list[Any] = []
    for case in CASES:
        route, place = slice_named(str(case.values[0])), str(case.values[1])
        if (not scoped or issubclass(places(route)[place], Scoped)) and (not batch or place == "ids"):
            chosen.append(case)
    return chosen


@pytest.mark.parametrize(("name", "place"), cases(scoped=True))
async def test_a_row_of_another_scope(name: str, place: str, signed_in: SignedIn) -> None:
    """It is as if it were not there for who reads (1101), and refused to who writes (2208); its own row is neither."""
    route = slice_named(name)
    model = places(route)[place]
    assert issubclass(model, Scoped)
    user_name, user = await somebody(route)
    own, foreign = await own_and_foreign(route, model, user)
    caller = await signed_in(user_name)
    others = {
        other: own.id for other, kind in places(route).items() if kind is model and other in route.param_convertors
    }
    answer = await asked(caller, route, others | {place: foreign.id}, foreign)
    if (name, place) in IGNORED or is_filter(route, place):
        assert answer.code == "0000" or refuses(route, place, answer, {"2208", "2201"} | NOT_THERE)
        return
    assert refuses(route, place, answer, {"2208", "1101"}), answer
    mine = await caller.call(name, **await good_request(route, others | {place: own.id}))
    assert mine.code not in {"2208", "1101", "1200"}, mine


async def asked(caller: Caller, route: SliceRoute, ids: dict[str, int], foreign: Model) -> Answer:
    """The answer, which has nothing of the foreign row, and has not changed it."""
    before = await type(foreign).filter(id=foreign.id).values()
    answer = await caller.call(route.name, **await good_request(route, ids))
    assert await type(foreign).filter(id=foreign.id).values() == before
    name = getattr(foreign, "name", None)
    assert name is None or str(name) not in answer.text
    return answer


@pytest.mark.parametrize(("name", "place"), cases(batch=True))
async def test_a_batch_with_one_that_is_not_there_does_nothing(name: str, place: str, signed_in: SignedIn) -> None:
    await add_rows()
    route = slice_named(name)
    row = await first_row(route, places(route)[place])
    soybean = await signed_in("R_SUPER")
    for ids in ([row.id, OF_NO_ROW], [OF_NO_ROW, row.id]):
        async with unchanged():
            answer = await soybean.call(name, **{place: ids})
        assert answer.code in NOT_THERE, answer


@pytest.mark.parametrize(("name", "place"), cases(scoped=True, batch=True))
async def test_a_batch_with_one_of_another_scope_does_nothing(name: str, place: str, signed_in: SignedIn) -> None:
    route = slice_named(name)
    model = places(route)[place]
    assert issubclass(model, Scoped)
    user_name, user = await somebody(route)
    own, foreign = await own_and_foreign(route, model, user)
    caller = await signed_in(user_name)
    for ids in ([own.id, foreign.id], [foreign.id, own.id]):
        async with unchanged():
            assert (await caller.call(name, **{place: ids})).code == "2208"
