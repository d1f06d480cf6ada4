"""Facts and who reacts to them. When they are told is the subject of `test_delivery.py`."""

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import ValidationError

from features.hr.events import EmployeeOnboarded
from kernel.errors.operator import DeclarationError
from kernel.unit_of_work import events
from kernel.unit_of_work.events import (
    collected,
    emit,
    event_id,
    event_name,
    from_json,
    on,
    reaction_to,
    reacts,
    subject_of,
    to_json,
)


@dataclass(frozen=True, kw_only=True)
class ShopOpened:
    shop_id: int
    town: str = "nowhere"


@dataclass(frozen=True, kw_only=True)
class BigShopOpened(ShopOpened):
    floors: int = 1


async def greet(_event: ShopOpened) -> None: ...


async def bill(_event: ShopOpened) -> None: ...


def test_a_reaction_is_to_exactly_the_types_that_it_names() -> None:
    assert on(ShopOpened)(greet) is greet
    assert on(ShopOpened, BigShopOpened, retold=False)(bill) is bill
    assert reacts(__name__)
    assert not reacts("features.hr.models")
    assert names(ShopOpened) == ["test_events.greet", "test_events.bill"]
    assert names(BigShopOpened) == ["test_events.bill"]
    reaction = reaction_to("test_events.ShopOpened", "test_events.greet")
    assert reaction
    assert (reaction.handler, reaction.listener, reaction.retold) == (greet, "test_events", True)
    assert reaction_to("test_events.BigShopOpened", "test_events.greet") is None


def names(kind: type) -> list[str]:
    return [reaction.name for event, reaction in events.reactions() if event == event_name(kind)]


def test_two_reactions_need_two_files() -> None:
    """In a feature a reaction is called as its file."""

    async def one(_event: ShopOpened) -> None: ...
    async def two(_event: ShopOpened) -> None: ...

    one.__module__ = two.__module__ = "features.post.reactions.on_shop_opened"
    on(ShopOpened)(one)
    on(ShopOpened)(one)  # the file was imported anew
    assert names(ShopOpened) == ["post.on_shop_opened"]
    with pytest.raises(DeclarationError, match=r"one reacts to ShopOpened already; .*two needs a file of its own"):
        on(ShopOpened)(two)


@dataclass
class Changeable:
    shop_id: int


@dataclass(frozen=True)
class Nameless:
    town: str


@dataclass(frozen=True)
class Empty: ...


@pytest.mark.parametrize("kind", [Changeable, Nameless, Empty, SimpleNamespace])
def test_what_is_no_fact_is_refused(kind: Any) -> None:
    with pytest.raises(DeclarationError, match=f"{kind.__name__} is no fact: write @dataclass"):
        on(kind)(greet)
    facts: list[object] = []
    token = collected.set(facts)
    try:
        with pytest.raises(DeclarationError, match="is no fact"):
            emit(kind(1) if kind is Changeable else kind("x") if kind is Nameless else kind())
    finally:
        collected.reset(token)
    assert facts == []


def test_its_name_and_its_subject() -> None:
    said: dict[str, Any] = {
        "name": "Li Lei",
        "user_id": 3,
        "department_id": 4,
        "department_name": "Sales",
        "manager_user_id": 5,
    }
    event = EmployeeOnboarded(employee_id=12, **said)
    assert (event_name(EmployeeOnboarded), subject_of(event)) == ("hr.EmployeeOnboarded", "hr.employee_id:12")


def test_a_fact_is_read_as_its_class_is_now() -> None:
    """Of another version: without a field that has come since, with one that has gone."""
    on(ShopOpened)(greet)
    name = "test_events.ShopOpened"
    assert from_json(name, to_json(ShopOpened(shop_id=1, town="Ulm"))) == ShopOpened(shop_id=1, town="Ulm")
    assert from_json(name, '{"shop_id": 1, "owner": "Ann"}') == ShopOpened(shop_id=1, town="nowhere")
    with pytest.raises(ValidationError, match="shop_id"):
        from_json(name, '{"town": "Ulm"}')


def test_a_fact_needs_a_unit_of_work() -> None:
    with pytest.raises(LookupError, match="ShopOpened was emitted outside of a transaction"):
        emit(ShopOpened(shop_id=1))


def test_facts_are_collected_in_order() -> None:
    facts: list[object] = []
    token = collected.set(facts)
    emit(ShopOpened(shop_id=1))
    emit(ShopOpened(shop_id=2))
    collected.reset(token)
    assert facts == [ShopOpened(shop_id=1), ShopOpened(shop_id=2)]


def test_there_is_an_id_in_reactions_only() -> None:
    with pytest.raises(LookupError, match=r"event_id\(\) is for reactions"):
        event_id()
