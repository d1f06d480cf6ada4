"""How a slice is served: the access rule, the body, the transaction around the handler, the envelope."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse
from structlog.testing import capture_logs

from features.hr.models import Tag
from kernel import SIGNED_IN, Code, PublicId, Refusal, Request, Schema, SearchRequest, SqidId, all_of, any_of, emit
from kernel.ids import public_id
from kernel.rbac.authorize import Access
from kernel.unit_of_work.events import collected
from tests.platform.kernel.conftest import Configure, Listening
from tests.platform.kernel.small_app import Message, app_of, caller, http_scope, slice_of, unreadable


class Shop:
    id_kind = "shop"


class SendOrderRequest(Request):
    text: str = ""
    shop_id: SqidId[Shop] | None = None


class SendOrderResponse(Schema):
    text: str
    shop_id: PublicId[Shop] | None = None


@dataclass(frozen=True)
class OrderSent:
    order_id: int


async def echo(request: SendOrderRequest) -> SendOrderResponse:
    return SendOrderResponse(text=request.text, shop_id=request.shop_id)


async def in_transaction() -> bool:
    return collected.get() is not None


# --- what follows from the file's place


def test_the_name_says_it_all() -> None:
    route = slice_of(echo, "/{order_id}/text", "patch", name="shop.big_orders.send", prefix="/api/v1/shop/big-orders")
    assert (route.name, route.operation_id, route.access_rule.name) == ("shop.big_orders.send",) * 3
    assert (route.path, route.methods, route.tags) == (
        "/api/v1/shop/big-orders/{order_id}/text",
        {"PATCH"},
        ["shop/big_orders"],
    )
    assert route.summary == "It is shop.big_orders.send."


def test_without_a_word_a_slice_is_closed() -> None:
    rule = slice_of(echo, access=None).access_rule
    assert (rule.access, rule.button, rule.roles, rule.open_during_password_change) == (
        Access.GRANTED,
        None,
        None,
        False,
    )


def test_what_is_said_of_the_access_rule_is_its_own() -> None:
    rule = slice_of(
        echo, access=SIGNED_IN, button="B_ONE", roles=any_of("R_ONE", "R_TWO"), open_during_password_change=True
    ).access_rule
    assert (rule.access, rule.button, rule.roles) == (SIGNED_IN, all_of("B_ONE"), any_of("R_ONE", "R_TWO"))
    assert rule.open_during_password_change


# --- the access rule before the body


async def test_the_caller_is_authorized_before_the_body_is_read() -> None:
    route = slice_of(echo, access=SIGNED_IN)
    with pytest.raises(Refusal) as refused:
        await route.handle(http_scope("/orders", "POST", content_length="5"), unreadable, unexpected)
    assert refused.value.code is Code.INVALID_TOKEN


async def unexpected(message: Message) -> None:
    raise AssertionError(f"{message['type']} was sent")


async def test_the_caller_hears_of_the_access_and_not_of_the_body() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    await app_of(slice_of(echo, access=SIGNED_IN))(http_scope("/orders", "POST"), unreadable, send)
    assert json.loads(sent[1]["body"])["code"] == "2100"


# --- the transaction


@pytest.mark.parametrize(
    ("method", "expected"),
    [("get", False), ("post", True), ("put", True), ("patch", True), ("delete", True)],
)
async def test_a_write_is_in_a_transaction_and_a_read_is_not(method: str, expected: bool, app: FastAPI) -> None:
    async with caller(app_of(slice_of(in_transaction, "/x", method))) as client:
        assert (await client.request(method.upper(), "/orders/x")).json()["data"] is expected


async def test_a_search_is_a_read(app: FastAPI) -> None:
    """Its filters come in a body, so it is a POST; what the body is tells."""

    class SearchOrdersRequest(SearchRequest):
        pass

    async def search(request: SearchOrdersRequest) -> bool:
        return await in_transaction()

    async with caller(app_of(slice_of(search, "/search"))) as client:
        assert (await client.post("/orders/search", json={})).json()["data"] is False


@pytest.mark.parametrize(("method", "transaction"), [("get", True), ("post", False)])
async def test_a_slice_may_say_otherwise(method: str, transaction: bool, app: FastAPI) -> None:
    async with caller(app_of(slice_of(in_transaction, "", method, transaction=transaction))) as client:
        assert (await client.request(method.upper(), "/orders")).json()["data"] is transaction


async def test_a_refusal_undoes_what_was_written(app: FastAPI) -> None:
    async def half() -> bool:
        await Tag.create(name="half", category="test")
        raise Refusal(Code.IN_USE)

    async with caller(app_of(slice_of(half))) as client:
        assert (await client.post("/orders")).json()["code"] == "2307"
    assert not await Tag.filter(name="half").exists()


async def test_others_are_told_after_the_answer_and_their_failure_does_not_change_it(
    app: FastAPI, listening: Listening
) -> None:
    order: list[str] = []

    async def tell() -> bool:
        emit(OrderSent(7))
        return True

    async def fail(event: OrderSent) -> None:
        order.append(f"told {event.order_id}")
        raise ValueError("no paper left")

    await listening(fail, OrderSent)

    async def send(message: Message) -> None:
        order.append(message["type"])

    with capture_logs() as logs:
        await app_of(slice_of(tell))(http_scope("/orders", "POST"), unreadable, send)
    assert order == ["http.response.start", "http.response.body", "told 7"]
    assert [line["event"] for line in logs if line["log_level"] == "error"] == ["reaction failed"]


# --- ids


async def test_a_client_sends_strings_for_ids_and_our_code_integers(app: FastAPI) -> None:
    async def shop_of(shop_id: SqidId[Shop]) -> SendOrderResponse:
        return SendOrderResponse(text="our own", shop_id=shop_id + 1)

    async with caller(app_of(slice_of(echo, "/echo"), slice_of(shop_of, "/{shop_id}", "get"))) as client:
        assert (await client.get(f"/orders/{public_id(Shop, 7)}")).json()["data"] == {
            "text": "our own",
            "shopId": public_id(Shop, 8),
        }
        assert (await client.get("/orders/7")).json()["code"] == "1200"
        assert (await client.post("/orders/echo", json={"shopId": public_id(Shop, 7)})).json()["data"][
            "shopId"
        ] == public_id(Shop, 7)
        assert (await client.post("/orders/echo", json={"shopId": 7})).json()["code"] == "1200"


# --- the envelope


async def test_what_a_handler_returns_is_the_data_of_the_envelope(app: FastAPI) -> None:
    async def count() -> list[int]:
        return [1, 2]

    async with caller(app_of(slice_of(count))) as client:
        response = await client.post("/orders")
    assert response.text == '{"code":"0000","msg":"OK","data":[1,2]}'


async def test_what_was_not_promised_is_not_answered(app: FastAPI) -> None:
    """A row with a password in it, where a record of some fields was promised, does not leave."""

    async def leak() -> SendOrderResponse:
        await Tag.create(name="half", category="test")
        return {"text": 1, "password": "secret"}  # pyright: ignore[reportReturnType]  the mistake that is tested

    async with caller(app_of(slice_of(leak))) as client:
        response = await client.post("/orders")
    assert (response.status_code, response.json()["code"], response.json()["data"]) == (500, "1201", None)
    assert not await Tag.filter(name="half").exists()


async def test_a_file_is_answered_as_it_is(app: FastAPI) -> None:
    async def download() -> PlainTextResponse:
        return PlainTextResponse("a;b")

    async with caller(app_of(slice_of(download, method="get"))) as client:
        assert (await client.get("/orders")).text == "a;b"


# --- the size of a body


async def pieces(*sizes: int) -> AsyncIterator[bytes]:
    """A body whose length is not told beforehand."""
    yield b'{"text": "'
    for size in sizes:
        yield b"x" * size
    yield b'"}'


@pytest.mark.parametrize(("setting", "of_the_slice"), [(2000, 3000), (5000, 2500)])
async def test_a_slice_may_have_a_limit_of_its_own(
    setting: int, of_the_slice: int, app: FastAPI, configure: Configure
) -> None:
    """It replaces the setting in both directions, whether the length is told beforehand or not."""
    configure(MAX_BODY_BYTES=str(setting))
    small = app_of(slice_of(echo, "/big", max_body_bytes=of_the_slice), slice_of(echo, "/plain"))
    async with caller(small) as client:
        for path, size, status in (
            ("/orders/big", of_the_slice - 100, 200),
            ("/orders/big", of_the_slice + 1, 413),
            ("/orders/plain", setting - 100, 200),
            ("/orders/plain", setting + 1, 413),
        ):
            told = await client.post(path, json={"text": "x" * size})
            untold = await client.post(
                path, content=pieces(size // 2, size - size // 2), headers={"Content-Type": "application/json"}
            )
            assert (told.status_code, untold.status_code) == (status, status)
            assert told.json()["code"] == untold.json()["code"] == ("0000" if status == 200 else "1003")


# --- the character NUL


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be", "utf-32-le"])
@pytest.mark.parametrize(("text", "is_refused"), [("a\0b", True), ("a\\u0000b", False), ("a\\\0b", True), ("a", False)])
async def test_no_handler_sees_a_nul(text: str, is_refused: bool, encoding: str, app: FastAPI) -> None:
    """JSON may come in other encodings than UTF-8, and Python's parser reads them all."""
    body = json.dumps({"text": text}).encode(encoding)
    async with caller(app_of(slice_of(echo))) as client:
        answer = (await client.post("/orders", content=body, headers={"Content-Type": "application/json"})).json()
    if is_refused:
        assert answer["code"] == "1200"
    else:
        assert answer["code"] == "1200" or answer["data"]["text"] == text


async def test_a_nul_in_the_name_of_a_field_is_refused_too(app: FastAPI) -> None:
    async with caller(app_of(slice_of(echo))) as client:
        answer = (await client.post("/orders", json={"a\0": 1})).json()
    assert (answer["code"], answer["data"]["errors"][0]["type"]) == ("1200", "string_nul")


async def test_a_nul_in_the_url_is_refused(app: FastAPI) -> None:
    async def find(name: str, word: str = "") -> str:
        return name + word

    async with caller(app_of(slice_of(find, "/{name}", "get"))) as client:
        for url, place in (("/orders/a%00b", "path"), ("/orders/a?word=%00", "query"), ("/orders/a?word=%2500", None)):
            answer = (await client.get(url)).json()
            errors = (answer["data"] or {}) if answer["code"] == "1200" else {"errors": [{"field": None}]}
            assert errors["errors"][0]["field"] == place


# --- what the body is


@pytest.mark.parametrize(
    "media_type", ["application/json", "application/json; charset=utf-8", "application/vnd.api+json"]
)
async def test_json_is_read(media_type: str, app: FastAPI) -> None:
    async with caller(app_of(slice_of(echo))) as client:
        response = await client.post("/orders", content=b'{"text": "x"}', headers={"Content-Type": media_type})
    assert response.json()["data"]["text"] == "x"


@pytest.mark.parametrize("media_type", ["", "text/plain", "application/x-www-form-urlencoded", "text/json", "json"])
async def test_another_media_type_is_refused(media_type: str, app: FastAPI) -> None:
    async with caller(app_of(slice_of(echo))) as client:
        response = await client.post("/orders", content=b'{"text": "x"}', headers={"Content-Type": media_type})
    assert (response.status_code, response.json()["code"]) == (415, "1005")


async def test_a_slice_without_a_body_does_not_mind_one(app: FastAPI) -> None:
    async with caller(app_of(slice_of(in_transaction))) as client:
        response = await client.post("/orders", content=b"x", headers={"Content-Type": "text/plain"})
    assert response.json()["code"] == "0000"


async def test_a_body_that_comes_too_slowly_is_given_up(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sends a byte a minute must not hold a connection that others need."""
    monkeypatch.setattr("kernel.slices.route.BODY_SECONDS", 0.01)
    never = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b"{"
        await never.wait()

    async with caller(app_of(slice_of(echo, "/slow"))) as client:
        response = await client.post("/orders/slow", content=slow(), headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["code"]) == (408, "1006")
    assert response.headers["Connection"] == "close"
