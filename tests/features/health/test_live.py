"""health.live"""

from collections.abc import Callable
from contextlib import AbstractContextManager

import httpx
from syrupy.assertion import SnapshotAssertion

from tests.callers import shown
from tests.conftest import Cost

URL = "/api/v1/health/live"


async def test_success(client: httpx.AsyncClient, events: list[object], snapshot: SnapshotAssertion) -> None:
    assert shown(await client.get(URL), events) == snapshot


async def test_it_asks_nobody(client: httpx.AsyncClient, counting: Callable[[], AbstractContextManager[Cost]]) -> None:
    """A process that answers is alive, whatever has become of its database and its Redis."""
    with counting() as cost:
        assert (await client.get(URL)).status_code == 200
    assert (cost.statements, cost.commands) == ([], [])


async def test_a_probe_may_ask_for_the_headers_alone(client: httpx.AsyncClient) -> None:
    get, head = await client.get(URL), await client.head(URL)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["Content-Length"] == get.headers["Content-Length"]
