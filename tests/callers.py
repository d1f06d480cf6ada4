"""Who calls, in tests: `answer = await hanmei.call("hr.employees.transfer", employee_id=wang.id, department_id=sales.id)`."""

import json
from dataclasses import asdict, dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any, get_type_hints
from urllib.parse import quote

import httpx
from fastapi import FastAPI
from fastapi.params import File
from pydantic import BaseModel
from pydantic_core import to_jsonable_python

from kernel import clock
from kernel.auth.tokens import TokenPair, issue_pair, new_session_name
from kernel.identity.models import Role, Session, User
from kernel.ids import Kind, kind_of, kinds_in
from kernel.schema.base import wire_name
from kernel.settings import settings
from kernel.slices.discovery import discover
from kernel.slices.route import SliceRoute
from tests import state

BY_ROLE = {
    "R_SUPER": "Soybean",
    "R_ADMIN": "Admin",
    "R_USER": "User",
    "R_HR_MANAGER": "hanmei",
    "R_HR_SPECIALIST": "liuqing",
    "R_DEPT_MGR": "zhouhang",
    "R_EMPLOYEE": "wangwei",
}
_SECRETS = {"token", "refreshToken", "rawPassword", "avatarUrl"}  # the last is no secret, but as random


@dataclass(frozen=True)
class Answer:
    """What a use case answered."""

    response: httpx.Response

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def headers(self) -> httpx.Headers:
        return self.response.headers

    @property
    def text(self) -> str:
        return self.response.text

    @cached_property
    def body(self) -> Any:
        """The envelope. Raises ValueError for an answer that is no JSON."""
        return self.response.json()

    @property
    def code(self) -> str:
        return self.body["code"]

    @property
    def data(self) -> Any:
        return self.body["data"]

    @property
    def errors(self) -> list[dict[str, str]]:
        """What a validation refused: field, message and type; none for another answer."""
        return (self.data or {}).get("errors", [])

    @property
    def wrong_fields(self) -> list[str]:
        """The fields that a validation refused."""
        return [error["field"] for error in self.errors]

    def __repr__(self) -> str:
        return f"<{self.status} {self.text[:500]}>"


class Caller(httpx.AsyncClient):
    """Calls use cases by their names. What no use case asks for goes out by `get`, `post` and `request`, as of any client."""

    def __init__(self, app: FastAPI, headers: dict[str, str] | None = None) -> None:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        super().__init__(transport=transport, base_url="http://test", headers=headers, trust_env=False)

    async def send(self, *args: Any, **options: Any) -> httpx.Response:
        """As any client's. What the test has written to the tables itself, past the slices, is known by then."""
        await state.forget_if_written()
        with state.requesting():
            return await super().send(*args, **options)

    async def warm(self) -> None:
        """Let the app keep who this is, as it does from the first request on: what is counted then is the use case's own."""
        await self.call("auth.user_info")

    async def call(self, use_case: str, /, **arguments: Any) -> Answer:
        """Call the use case of this name.

        Arguments fill the path's parameters; the rest is the body, or the query where the slice reads no body, with
        camelCase names. An integer where the use case reads an id (`employee_id`, `tag_ids`, `ids`) is sent as the public id of
        that row; a text goes out as it is, and so does whatever has a camelCase name, so that a test can send what is no id.
        A Decimal, a date, a UUID, an enumeration's member go out as Pydantic writes them. Where the use case reads a form,
        bytes are a file.
        """
        route = slice_named(use_case)
        kinds = id_kinds(route)
        url, rest = _addressed(route, arguments)
        sent: dict[str, Any] = {wire_name(name): _public(kinds.get(name), value) for name, value in rest.items()}
        if route.body_field is None:
            return Answer(await self.request(method_of(route), url, params=to_jsonable_python(sent)))
        if isinstance(route.body_field.field_info, File):
            form = {
                name: (name, value) if isinstance(value, bytes) else (None, str(value)) for name, value in sent.items()
            }
            return Answer(await self.request(method_of(route), url, files=form))
        body = json.dumps(sent, default=to_jsonable_python)
        headers = {"Content-Type": "application/json"}
        return Answer(await self.request(method_of(route), url, content=body, headers=headers))


def every_slice() -> list[SliceRoute]:
    """All use cases."""
    return [route for feature in discover() for route in feature.slices]


def slice_named(name: str) -> SliceRoute:
    """The use case. Raises LookupError for a name that none has."""
    for route in every_slice():
        if route.name == name:
            return route
    raise LookupError(f"there is no use case {name}, but: {', '.join(sorted(route.name for route in every_slice()))}")


def method_of(route: SliceRoute) -> str:
    (method,) = list(route.methods or ())
    return method


def _addressed(route: SliceRoute, arguments: dict[str, object]) -> tuple[str, dict[str, object]]:
    """The URL, and the arguments that are not in it."""
    missing = route.param_convertors.keys() - arguments.keys()
    if missing:
        raise TypeError(f"{route.name} is at {route.path_format}: give {', '.join(sorted(missing))}")
    kinds = id_kinds(route)
    segments = {name: quote(str(_public(kinds.get(name), arguments[name])), safe="") for name in route.param_convertors}
    rest = {name: value for name, value in arguments.items() if name not in segments}
    return route.path_format.format(**segments), rest


def id_kinds(route: SliceRoute) -> dict[str, Kind]:
    """By the names of parameters and of fields of the body, of which kind of row the use case reads an id there."""
    read = get_type_hints(route.endpoint, include_extras=True)
    del read["return"]
    for body in [each for each in read.values() if isinstance(each, type) and issubclass(each, BaseModel)]:
        read |= {name: field.annotation for name, field in body.model_fields.items()}
    named = {name: kinds_in(each) for name, each in read.items()}
    return {name: kind_of(kind) for name, kinds in named.items() for kind in kinds if isinstance(kind, type)}


def _public(kind: Kind | None, value: object) -> object:
    """The value as a client has it: of an id, the text."""
    if kind and type(value) is int:
        return kind.encode(value)
    if kind and isinstance(value, list):
        return [kind.encode(each) if type(each) is int else each for each in value]
    return value


async def authorization(role_or_name: str) -> dict[str, str]:
    """The header of the role's demo account, of somebody new for a role without one, or of the user of that name."""
    name = BY_ROLE.get(role_or_name, role_or_name)
    if (user := await User.get_or_none(user_name=name)) is None:
        role = await Role.get(role_code=role_or_name)
        user = await User.create(user_name=name, password_hash="nobody signs in with this")
        await user.roles.add(role)
    return bearer((await new_session(user)).access)


async def new_session(user: User, *, impersonator: User | None = None) -> TokenPair:
    """The tokens of a session that begins now, without a sign-in: for somebody disabled, too."""
    name, moment, impersonator_id = new_session_name(), clock.now(), impersonator and impersonator.id
    lasts = timedelta(minutes=settings().jwt_refresh_token_expire_minutes)
    times: Any = {"created_at": moment, "last_seen": moment, "rotated_at": moment, "expires_at": moment + lasts}
    await Session.create(family=name, user_id=user.id, impersonator_id=impersonator_id, **times)
    return issue_pair(user.id, user.token_version, session=name, impersonator_id=impersonator_id)


def bearer(token: str) -> dict[str, str]:
    """The header of whoever has this token."""
    return {"Authorization": f"Bearer {token}"}


def as_snapshot(answer: Answer, events: list[object] | None = None) -> dict[str, Any]:
    """An answer as a snapshot holds it: status, body and the events that were told; secrets only by name."""
    held: dict[str, Any] = {"status": answer.status, "body": _without_secrets(answer.body)}
    if events is not None:
        held["events"] = [{type(event).__name__: asdict(event)} for event in events]  # pyright: ignore[reportArgumentType]  a dataclass
    return held


def _without_secrets(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_secrets(item) for item in value]
    if isinstance(value, dict):
        return {key: f"<{key}>" if key in _SECRETS and item else _without_secrets(item) for key, item in value.items()}
    return value
