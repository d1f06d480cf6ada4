"""What a slice's file says of its route."""

import pytest

from kernel import SIGNED_IN, any_of, slice_router


async def handler() -> None: ...


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_a_route_is_declared_and_the_handler_stays_what_it_is(method: str) -> None:
    router = slice_router()
    assert getattr(router, method)("/{shop_id}")(handler) is handler
    (declared,) = router.declared
    assert (declared.method, declared.path, declared.handler) == (method.upper(), "/{shop_id}", handler)


def test_the_path_is_the_resource_s_own_unless_said() -> None:
    router = slice_router()
    router.post()(handler)
    router.search()(handler)
    router.search("/offers/search")(handler)
    assert [(each.method, each.path) for each in router.declared] == [
        ("POST", ""),
        ("POST", "/search"),
        ("POST", "/offers/search"),
    ]


def test_reads_need_no_transaction() -> None:
    router = slice_router()
    for declare in (router.get, router.search, router.post, router.put, router.patch, router.delete):
        declare()(handler)
    assert [each.options.get("transaction", True) for each in router.declared] == [False, False, True, True, True, True]


def test_a_read_that_writes_says_so_and_a_write_that_opens_its_own_too() -> None:
    router = slice_router()
    router.get(transaction=True)(handler)
    router.post(transaction=False)(handler)
    assert [each.options.get("transaction") for each in router.declared] == [True, False]


def test_options_are_kept() -> None:
    router = slice_router()
    router.post(access=SIGNED_IN, button=any_of("B_ONE", "B_TWO"), roles="R_SHOP", max_body_bytes=5)(handler)
    assert router.declared[0].options == {
        "access": SIGNED_IN,
        "button": any_of("B_ONE", "B_TWO"),
        "roles": "R_SHOP",
        "max_body_bytes": 5,
    }


def test_each_router_is_its_own() -> None:
    slice_router().get()(handler)
    assert slice_router().declared == []
