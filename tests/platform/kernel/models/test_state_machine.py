"""States that a row goes through: declared steps and no others, and of two at once one."""

import asyncio
from collections import Counter
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tortoise import fields
from tortoise.context import TortoiseContext
from tortoise.transactions import in_transaction

from kernel.clock import now
from kernel.context import Actor, set_actor
from kernel.errors.codes import Code, ResponseCode
from kernel.errors.operator import DeclarationError
from kernel.errors.refusals import Refusal
from kernel.models.state_machine import StateMachine
from tests.platform.kernel.models.office import Ticket, TicketState, TicketStep

OPEN, DOING, DONE = TicketState


class Other(StrEnum):
    LOST = "lost"


class ShopCode(ResponseCode):
    NO_SUCH_STEP = "4990", "No."


async def code_of(ticket: Ticket, to: Any, **told: Any) -> str:
    """Of a step, in a transaction as a slice has it: what it is answered with."""
    try:
        async with in_transaction():
            await Ticket.states.move(ticket, to, **told)
    except Refusal as refused:
        return refused.code.value
    return "0000"


async def steps_of(ticket: Ticket) -> list[tuple[str, str]]:
    return [(each.former, each.to) for each in await TicketStep.filter(ticket_id=ticket.id).order_by("id")]


async def test_a_step(office: TortoiseContext) -> None:
    """The row, the instance, its audit columns and other ones in one statement; and the audit, which is told of it."""
    ticket = await Ticket.create(state=DOING)
    set_actor(Actor(user_id=1, user_name="ann"))
    moment = now()
    assert await code_of(ticket, DONE, columns={"done_at": moment}, remark="It works.") == "0000"
    for row in (ticket, await Ticket.get(id=ticket.id)):
        assert (row.state, row.done_at, row.updated_by, row.created_by) == (DONE, moment, "ann", None)
    (step,) = await TicketStep.all()
    assert (step.ticket_id, step.former, step.to, step.remark) == (ticket.id, "doing", "done", "It works.")


async def test_a_step_that_is_not_declared(office: TortoiseContext) -> None:
    ticket = await Ticket.create()
    for to in (DONE, OPEN, Other.LOST, "nonsense", None):
        assert await code_of(ticket, to, columns={"done_at": now()}) == "2407"
    with pytest.raises(Refusal, match=r"There is no step from open to done; possible from there: doing\.") as refused:
        await Ticket.states.move(ticket, DONE)
    assert refused.value.code is Code.STATE_TRANSITION_INVALID
    with pytest.raises(Refusal, match="possible from there: none"):
        await Ticket.states.move(await Ticket.create(state=DONE), OPEN)
    assert (ticket.state, (await Ticket.get(id=ticket.id)).done_at, await TicketStep.all()) == (OPEN, None, [])


async def test_what_may_follow(office: TortoiseContext) -> None:
    assert [Ticket.states.targets(state) for state in TicketState] == [{DOING}, {OPEN, DONE}, set()]


async def test_columns_beside_do_not_set_the_state(office: TortoiseContext) -> None:
    ticket = await Ticket.create()
    assert await code_of(ticket, DOING, columns={"state": DONE}) == "0000"
    assert (await Ticket.get(id=ticket.id)).state is DOING


async def test_what_was_read_too_long_ago(office: TortoiseContext) -> None:
    """Somebody else was there first. The loser changes nothing, nor does the audit hear of it."""
    ticket = await Ticket.create()
    stale = await Ticket.get(id=ticket.id)
    assert [await code_of(ticket, DOING), await code_of(stale, DOING, columns={"done_at": now()})] == ["0000", "2306"]
    assert (stale.state, (await Ticket.get(id=ticket.id)).done_at) == (OPEN, None)
    assert await steps_of(ticket) == [("open", "doing")]


@pytest.mark.parametrize("knows", [True, False])
async def test_a_deleted_row_never_moves(knows: bool, office: TortoiseContext) -> None:
    ticket = await Ticket.create()
    await (ticket if knows else await Ticket.get(id=ticket.id)).delete()
    assert await code_of(ticket, DOING) == "2306"
    assert ((await Ticket.with_deleted().get(id=ticket.id)).state, await steps_of(ticket)) == (OPEN, [])


async def test_a_step_that_cannot_be_audited_is_undone(office: TortoiseContext) -> None:
    ticket = await Ticket.create()
    with pytest.raises(TypeError, match="mood"):
        await code_of(ticket, DOING, mood="good")
    assert (await Ticket.get(id=ticket.id)).state is OPEN


async def test_ten_who_take_one_step_at_once(office: TortoiseContext) -> None:
    """On PostgreSQL on ten connections."""
    for _ in range(5):
        ticket = await Ticket.create()
        copies = [await Ticket.get(id=ticket.id) for _ in range(10)]
        assert Counter(await asyncio.gather(*(code_of(copy, DOING) for copy in copies))) == {"0000": 1, "2306": 9}
        assert await steps_of(ticket) == [("open", "doing")]


async def test_two_who_go_different_ways_at_once(office: TortoiseContext) -> None:
    for _ in range(5):
        ticket = await Ticket.create(state=DOING)
        back, on = await Ticket.get(id=ticket.id), await Ticket.get(id=ticket.id)
        assert sorted(await asyncio.gather(code_of(back, OPEN), code_of(on, DONE))) == ["0000", "2306"]
        assert [(await Ticket.get(id=ticket.id)).state] == [to for _, to in await steps_of(ticket)]


Call = st.tuples(
    st.integers(0, 2),  # whose copy of the row
    st.sampled_from([*TicketState, Other.LOST, "open", "nonsense", ""]),
    st.sampled_from(["move", "move", "move", "read again", "delete"]),
)


@given(calls=st.lists(Call, max_size=25))
@settings(
    max_examples=60,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
async def test_no_sequence_of_calls_leaves_the_declared_steps(
    calls: list[tuple[int, Any, str]], office: TortoiseContext
) -> None:
    """Whatever three people do, with copies of a row that may be old: each step was declared, and begins where the last ended."""
    ticket = await Ticket.create()
    copies, deleted = [await Ticket.get(id=ticket.id) for _ in range(3)], False
    for who, to, deed in calls:
        before = await Ticket.with_deleted().get(id=ticket.id)
        if deed == "delete":
            await Ticket.filter(id=ticket.id).delete()
            deleted = True
        elif deed == "read again":
            copies[who] = before
        else:
            may = to in Ticket.states.targets(copies[who].state)
            expected = "2407" if not may else "0000" if copies[who].state == before.state and not deleted else "2306"
            assert await code_of(copies[who], to) == expected
            after = await Ticket.with_deleted().get(id=ticket.id)
            assert after.state is (TicketState(to) if expected == "0000" else before.state)
    state = OPEN
    for former, to in await steps_of(ticket):
        assert former == state
        assert to in Ticket.states.targets(state)
        state = TicketState(to)
    assert (await Ticket.with_deleted().get(id=ticket.id)).state is state


class Plain(StrEnum):
    A = "a"
    B = "b"


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ({Plain.A: {Plain.B}}, "the StateMachine of Plain does not say what follows b; write set() for nothing"),
        ({}, "does not say what follows a, b"),
        ({Plain.A: {"c"}, Plain.B: set()}, "has the step a: {'c'}, but no state 'c'"),
        ({Plain.A: {Other.LOST}, Plain.B: set()}, "but no state <Other.LOST: 'lost'>"),
        ({Plain.A: {Plain.B}, Plain.B: set(), "c": {Plain.A}}, "has the step c: .* but no state 'c'"),
        ({Plain.A: "b", Plain.B: set()}, "has the step a: 'b', but no state 'b'"),
        ({Plain.A: {Plain.A}, Plain.B: set()}, "has a step from a to itself, which is none"),
    ],
)
def test_a_declaration_that_cannot_be_meant(steps: Any, told: str) -> None:
    with pytest.raises(DeclarationError, match=told.replace("()", r"\(\)")):
        StateMachine(fields.CharEnumField(Plain, max_length=1), steps)


@pytest.mark.parametrize("column", [fields.CharField(8), "status", None])
def test_a_column_that_has_no_states(column: Any) -> None:
    with pytest.raises(DeclarationError, match="needs the CharEnumField of a StrEnum"):
        StateMachine(column, {})


async def test_a_code_of_its_own(office: TortoiseContext) -> None:
    column: Any = Ticket._meta.fields_map["state"]
    nothing = StateMachine(column, dict.fromkeys(TicketState, ()), code=ShopCode.NO_SUCH_STEP)
    with pytest.raises(Refusal, match="4990"):
        await nothing.move(await Ticket.create(), DOING)


async def test_without_an_audit_there_is_nobody_to_tell(office: TortoiseContext) -> None:
    column: Any = Ticket._meta.fields_map["state"]
    ring = StateMachine(column, {OPEN: {DOING}, DOING: {DONE}, DONE: {OPEN}})
    ticket = await Ticket.create()
    for to in (DOING, DONE, OPEN):
        await ring.move(ticket, to)
    assert (ticket.state, await TicketStep.all()) == (OPEN, [])
    with pytest.raises(TypeError, match="remark"):
        await ring.move(ticket, DOING, remark="lost")
