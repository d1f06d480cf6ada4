"""A request finds its slice by the segments of its path, however many slices there are."""

import random
import re
from collections.abc import Callable

import httpx
import pytest
from structlog.testing import capture_logs

from kernel import SIGNED_IN, Refusal
from kernel.errors.codes import Code
from kernel.errors.refusals import TransportRefusal
from kernel.slices import index as index_module
from kernel.slices.index import SliceIndex
from kernel.slices.route import SliceRoute
from tests.platform.kernel.small_app import app_of, caller, slice_of


async def nothing() -> None: ...


def route(path: str, method: str = "get", name: str = "shop.orders.get") -> SliceRoute:
    return slice_of(nothing, path, method, prefix="", name=name)


def index_of(*paths: str) -> SliceIndex:
    return SliceIndex(route(path, name=f"shop.n{number}") for number, path in enumerate(paths))


def found(index: SliceIndex, path: str, method: str = "GET") -> tuple[str, dict[str, str]] | None:
    """The declared path of the slice that answers, and the values of its parameters."""
    answer = index.find(path, method)
    return (answer[0].path, answer[1]) if answer else None


def test_a_path_is_found_and_its_parameters_are_named() -> None:
    index = index_of("/orders", "/orders/{order_id}/items/{item_id}", "/orders/search")
    assert found(index, "/orders") == ("/orders", {})
    assert found(index, "/orders/7/items/a b") == (
        "/orders/{order_id}/items/{item_id}",
        {"order_id": "7", "item_id": "a b"},
    )


@pytest.mark.parametrize("paths", [("/orders/{id}", "/orders/search"), ("/orders/search", "/orders/{id}")])
def test_a_literal_goes_before_a_parameter(paths: tuple[str, str]) -> None:
    index = index_of(*paths)
    assert found(index, "/orders/search") == ("/orders/search", {})
    assert found(index, "/orders/searches") == ("/orders/{id}", {"id": "searches"})


def test_a_literal_that_leads_nowhere_is_no_obstacle() -> None:
    index = index_of("/orders/my/items", "/orders/{id}/notes", "/{kind}/my/notes/{note_id}")
    assert found(index, "/orders/my/notes") == ("/orders/{id}/notes", {"id": "my"})
    assert found(index, "/orders/my/notes/7") == ("/{kind}/my/notes/{note_id}", {"kind": "orders", "note_id": "7"})
    assert found(index, "/orders/my/items/7") is None


@pytest.mark.parametrize(
    "path",
    ["", "/", "/order", "/orders/", "//orders", "/orders//items", "/orders/7/items/", "/ORDERS", "orders", "/orders/7"],
)
def test_an_unknown_path_is_not_found(path: str) -> None:
    assert found(index_of("/orders", "/orders/{order_id}/items"), path) is None


def test_a_known_path_with_another_method_is_refused_as_that() -> None:
    index = SliceIndex([route("/orders/{id}", "get"), route("/orders/{id}", "delete", name="shop.orders.delete")])
    assert found(index, "/orders/7", "DELETE") == ("/orders/{id}", {"id": "7"})
    for method in ("POST", "get", "OPTIONS", "NONSENSE"):
        with pytest.raises(TransportRefusal) as refused:
            found(index, "/orders/7", method)
        assert (refused.value.status, refused.value.code) == (405, Code.METHOD_NOT_ALLOWED)
        assert refused.value.headers == {"Allow": "DELETE, GET, HEAD"}


def test_where_there_is_nothing_to_get_there_is_no_head_either() -> None:
    index = SliceIndex([route("/orders/search", "post")])
    with pytest.raises(TransportRefusal) as refused:
        found(index, "/orders/search", "HEAD")
    assert refused.value.headers == {"Allow": "POST"}


async def answers(path: str, *slices: SliceRoute) -> tuple[httpx.Response, httpx.Response]:
    """What an app of these slices answers to GET, and to HEAD; in the log they have the same code."""
    with capture_logs() as logs:
        async with caller(app_of(*slices)) as client:
            get, head = await client.get(path), await client.head(path)
    codes = [line.get("code") for line in logs if "ms" in line]
    assert codes[0] == codes[1]
    return get, head


def headers_of(response: httpx.Response) -> dict[str, str]:
    """All but the id of the request."""
    return {name: value for name, value in response.headers.items() if name != "x-request-id"}


async def read(order_id: int) -> int:
    if order_id == 0:
        raise Refusal(Code.NOT_FOUND)
    if order_id == 1:
        raise ValueError
    return order_id


@pytest.mark.parametrize(
    ("path", "status"),
    [("/orders/7", 200), ("/orders/0", 200), ("/orders/x", 200), ("/orders/1", 500), ("/letters/7", 404)],
)
async def test_head_is_answered_with_the_headers_of_get(path: str, status: int) -> None:
    """A success, a refusal, a malformed request, an unhandled exception, and what is not there at all."""
    get, head = await answers(path, slice_of(read, "/{order_id}", "get"))
    assert (get.status_code, head.status_code) == (status, status)
    assert headers_of(head) == headers_of(get)
    assert int(head.headers["Content-Length"]) == len(get.content) > 0


async def test_head_asks_the_access_rule_of_get() -> None:
    async def nobody_reads(order_id: int) -> int:
        raise AssertionError(order_id)

    get, head = await answers("/orders/7", slice_of(nobody_reads, "/{order_id}", "get", access=SIGNED_IN))
    assert get.json()["code"] == "2100"
    assert headers_of(head) == headers_of(get)


def test_openapi_knows_no_head() -> None:
    index = SliceIndex([route("/orders/{id}")])
    assert [each.methods for each in index.routes] == [{"GET"}]


@pytest.mark.parametrize("path", ["/orders/{id}", "/orders/{order_id}"])
def test_two_slices_that_answer_to_one_call_are_both_named(path: str) -> None:
    """The name of a parameter is no difference: a caller does not see it."""
    twice = [route("/orders/{id}", name="shop.orders.get"), route(path, name="post.letters.read")]
    with pytest.raises(ValueError, match=re.escape(f"post.letters.read and shop.orders.get both answer to GET {path}")):
        SliceIndex(twice)


def test_a_thousand_slices_need_no_more_steps_than_ten(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = counted_steps(monkeypatch)
    few, many = (index_of(*(f"/r{n}/{{id}}/items/{{item_id}}" for n in range(size))) for size in (10, 1000))
    assert steps(few, "/r9/7/items/8") == steps(many, "/r999/7/items/8") == 5
    assert steps(few, "/nothing") == steps(many, "/nothing") == 1


def counted_steps(monkeypatch: pytest.MonkeyPatch) -> Callable[[SliceIndex, str], int]:
    """How many places of the tree a search visits."""
    visits: list[object] = []
    find = index_module._Node.find

    def counting(node: index_module._Node, *arguments: object) -> object:
        visits.append(node)
        return find(node, *arguments)  # pyright: ignore[reportArgumentType]

    monkeypatch.setattr(index_module._Node, "find", counting)

    def steps(index: SliceIndex, path: str) -> int:
        visits.clear()
        index.find(path, "GET")
        return len(visits)

    return steps


def test_it_finds_what_trying_one_after_the_other_finds() -> None:
    """Against the plain way, on random trees: of all slices that match, the one with the leftmost literal."""
    chance = random.Random(3)
    for _ in range(200):
        segments = ["a", "b", "{x}"]
        paths = {"".join("/" + chance.choice(segments) for _ in range(chance.randint(1, 4))) for _ in range(6)}
        declared = [path.replace("{x}", f"{{x{number}}}") for number, path in enumerate(sorted(paths))]
        # a path with one name twice is no path
        declared = [path for path in declared if path.count("{") < 2]
        index = index_of(*declared)
        asked = "".join("/" + chance.choice(["a", "b", "c"]) for _ in range(chance.randint(1, 4)))
        matching = [path for path in declared if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), asked)]
        best = min(matching, key=lambda path: [segment.startswith("{") for segment in path.split("/")], default=None)
        answer = found(index, asked)
        assert (answer[0] if answer else None) == best
