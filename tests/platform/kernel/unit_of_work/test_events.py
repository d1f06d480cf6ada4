"""Facts and who reacts to them. When they are told is the subject of `unit_of_work/test_transaction.py`."""

from dataclasses import dataclass

import pytest

from kernel.unit_of_work.events import collected, emit, on, reactions_to


@dataclass(frozen=True)
class ShopOpened:
    shop_id: int


@dataclass(frozen=True)
class BigShopOpened(ShopOpened): ...


async def greet(_event: ShopOpened) -> None: ...


async def bill(_event: ShopOpened) -> None: ...


def test_reactions_stand_in_the_order_of_their_registration() -> None:
    class ShopClosed(ShopOpened): ...

    assert reactions_to(ShopClosed) == []
    assert on(ShopClosed)(greet) is greet
    assert on(ShopClosed)(bill) is bill
    assert reactions_to(ShopClosed) == [greet, bill]


def test_a_reaction_is_to_exactly_one_type() -> None:
    on(ShopOpened)(greet)
    assert reactions_to(ShopOpened) == [greet]
    assert reactions_to(BigShopOpened) == []


def test_to_ask_for_reactions_registers_none() -> None:
    class ShopMoved(ShopOpened): ...

    reactions_to(ShopMoved).append(greet)
    assert reactions_to(ShopMoved) == []


def test_a_fact_needs_a_unit_of_work() -> None:
    with pytest.raises(LookupError, match="ShopOpened was emitted outside of a transaction"):
        emit(ShopOpened(1))


def test_facts_are_collected_in_order() -> None:
    facts: list[object] = []
    token = collected.set(facts)
    emit(ShopOpened(1))
    emit(ShopOpened(2))
    collected.reset(token)
    assert facts == [ShopOpened(1), ShopOpened(2)]
