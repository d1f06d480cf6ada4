"""What belongs to the request at hand: its id and who makes it."""

import asyncio
import contextvars

import pytest

from kernel.context import (
    Actor,
    accept_request_id,
    current_actor,
    request_id,
    require_actor,
    set_actor,
    set_use_case,
    use_case,
)

ANN = Actor(user_id=1, user_name="ann")


def test_outside_of_a_request_there_is_none() -> None:
    assert contextvars.Context().run(lambda: (request_id(), use_case(), current_actor())) == (
        "-",
        None,
        None,
    )


@pytest.mark.parametrize("offered", ["a", "A-b_c.9", "x" * 64])
def test_a_sane_id_of_the_client_is_kept(offered: str) -> None:
    assert accept_request_id(offered) == offered
    assert request_id() == offered


@pytest.mark.parametrize("offered", [None, "", "x" * 65, "a b", "a\n", "a\r\nSet-Cookie: x", "é", "٣", "a/b", "\0"])
def test_any_other_is_replaced(offered: str | None) -> None:
    chosen = accept_request_id(offered)
    assert chosen != offered
    assert request_id() == chosen
    assert accept_request_id(chosen) == chosen
    assert accept_request_id(offered) != chosen


def test_a_request_begins_without_an_actor_and_a_use_case() -> None:
    set_actor(ANN)
    set_use_case("shop.orders.send")
    accept_request_id(None)
    assert (current_actor(), use_case()) == (None, None)


def test_a_slice_that_needs_the_actor_must_not_be_public() -> None:
    set_actor(None)
    with pytest.raises(LookupError, match="must not be PUBLIC"):
        require_actor()
    set_actor(ANN)
    assert require_actor() is ANN
    set_actor(None)


async def test_requests_at_once_do_not_see_one_another() -> None:
    everybody_is_in = asyncio.Barrier(3)

    async def answer(name: str) -> tuple[str, str]:
        accept_request_id(name)
        set_actor(Actor(user_id=1, user_name=name))
        await everybody_is_in.wait()
        return request_id(), require_actor().user_name

    names = ["ann", "bob", "cid"]
    assert await asyncio.gather(*map(answer, names)) == [(name, name) for name in names]


def test_who_acts_in_the_name_of_another_is_recorded_as_well() -> None:
    assert ANN.audit_name == "ann"
    impersonated = Actor(user_id=1, user_name="ann", impersonator_id=2, impersonator_name="bob")
    assert impersonated.audit_name == "ann (by bob)"
