"""Callers of a live server, many at once, who note what they were answered and how long it took."""

import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from tests.live.server import Server


@dataclass(frozen=True)
class Reply:
    """What came back, and after how many seconds."""

    status: int
    code: str
    body: dict[str, Any]
    seconds: float


class LiveCaller:
    """A caller with the token of a demo account; `call` may be used from several threads."""

    def __init__(self, server: Server, user_name: str = "") -> None:
        # Of a connection that is kept alive a caller may learn too late that it has ended.
        none_kept = httpx.Limits(max_keepalive_connections=0)
        self._http = httpx.Client(base_url=f"{server.url}/api/v1", timeout=60, limits=none_kept, trust_env=False)
        if user_name:
            body = self.call("POST", "/auth/login", userName=user_name, password="123456").body
            self.use(body["data"]["token"])

    def use(self, token: str) -> None:
        """Call with this token from now on."""
        self._http.headers["Authorization"] = f"Bearer {token}"

    def use_token_of(self, other: "LiveCaller") -> None:
        """Call with the token of another caller."""
        self._http.headers["Authorization"] = other._http.headers["Authorization"]

    def call(self, method: str, path: str, **body: Any) -> Reply:
        began = time.monotonic()
        answer = self._http.request(method, path, json=body or ({} if method == "POST" else None))
        content = answer.json()
        return Reply(answer.status_code, content["code"], content, time.monotonic() - began)

    def me(self) -> Reply:
        return self.call("GET", "/auth/user-info")

    def search(self) -> Reply:
        return self.call("POST", "/business/hr/employees/search", size=5)

    def department(self, code: str, **more: str) -> Reply:
        """A new one."""
        return self.call("POST", "/business/hr/departments", name=f"Department {code}", code=code, **more)

    def onboard(self, user_name: str, department_id: str) -> Reply:
        return self.call(
            "POST", "/business/hr/employees", userName=user_name, name=user_name, departmentId=department_id
        )

    def departments(self) -> dict[str, str]:
        """Ids by code."""
        found = self.call("POST", "/business/hr/departments/search", size=1000)
        return {each["code"]: each["id"] for each in found.body["data"]["records"]}


@contextmanager
def at_once(calls: Iterable[Callable[[], Reply]]) -> Iterator[list[Future[Reply]]]:
    """All of these calls have begun within the block, and ended after it."""
    todo = list(calls)
    with ThreadPoolExecutor(len(todo)) as pool:
        yield [pool.submit(call) for call in todo]


def over_and_over(call: Callable[[], Reply], until: float) -> list[Reply]:
    """Replies until `time.monotonic()` says so."""
    replies: list[Reply] = []
    while time.monotonic() < until:
        replies.append(call())
    return replies
