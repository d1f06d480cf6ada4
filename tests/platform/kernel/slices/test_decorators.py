"""What a slice's file says of its use case."""

from collections.abc import Callable
from typing import Any

import pytest

from kernel import SIGNED_IN, any_of, delete, get, patch, post, put
from kernel.errors.operator import DeclarationError
from kernel.slices.decorators import Declaration, declaration_of


def handler() -> Any:
    async def handle() -> bool:
        return True

    return handle


@pytest.mark.parametrize("decorator", [get, post, put, patch, delete])
def test_a_handler_is_declared_and_stays_what_it_is(decorator: Callable[..., Any]) -> None:
    handle = handler()
    assert decorator("/{shop_id}", button="B_SHOP")(handle) is handle
    assert declaration_of(handle) == Declaration(decorator.__name__.upper(), "/{shop_id}", {"button": "B_SHOP"})


def test_the_path_is_the_resource_s_own_unless_said() -> None:
    declared = declaration_of(post()(handler()))
    assert declared
    assert declared.path == ""


def test_options_are_kept() -> None:
    options: Any = {"access": SIGNED_IN, "button": any_of("B_ONE", "B_TWO"), "roles": "R_SHOP", "max_body_bytes": 5}
    declared = declaration_of(post(**options)(handler()))
    assert declared
    assert declared.options == options


def test_one_handler_is_one_use_case() -> None:
    with pytest.raises(DeclarationError, match="two decorators; one file is one use case"):
        post()(get()(handler()))


def test_what_is_not_decorated_declares_nothing() -> None:
    for each in (handler(), handler, "router", None):
        assert declaration_of(each) is None
