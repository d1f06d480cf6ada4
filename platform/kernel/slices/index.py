"""Finds the slice of a request in a tree of path segments: in the same time among a thousand slices as among ten.

Starlette tries one route after the other, each with a regular expression; with a hundred slices that costs more than
all the rest of a small request.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from kernel.errors.codes import Code
from kernel.errors.operator import DeclarationError
from kernel.errors.refusals import TransportRefusal
from kernel.slices.route import SliceRoute


@dataclass(slots=True)
class _Node:
    """A place in the tree: where each next segment leads, and which slices end here, by method."""

    literal: dict[str, _Node] = field(default_factory=dict)
    parameter: _Node | None = None
    slices: dict[str, SliceRoute] = field(default_factory=dict)

    def step(self, segment: str) -> _Node:
        """The next place for a segment of a declared path, made if it is new."""
        if not segment.startswith("{"):
            return self.literal.setdefault(segment, _Node())
        if self.parameter is None:
            self.parameter = _Node()
        return self.parameter

    def find(self, segments: list[str], at: int, values: list[str]) -> _Node | None:
        """Where `segments[at:]` lead. A literal goes before a parameter, whose values are appended to `values`."""
        if at == len(segments):
            return self if self.slices else None
        segment = segments[at]
        if (node := self.literal.get(segment)) and (found := node.find(segments, at + 1, values)):
            return found
        if self.parameter is None or not segment:
            return None
        values.append(segment)
        if found := self.parameter.find(segments, at + 1, values):
            return found
        values.pop()
        return None


class SliceIndex(BaseRoute):
    """All slices, as one route in front of the app's own."""

    def __init__(self, routes: Iterable[SliceRoute]) -> None:
        self.routes = list(routes)
        self._root = _Node()
        for route in self.routes:
            self._add(route)

    def _add(self, route: SliceRoute) -> None:
        node = self._root
        for segment in route.path_format.split("/")[1:]:
            node = node.step(segment)
        for method in route.methods or ():
            if other := node.slices.get(method):
                raise DeclarationError(
                    f"{route.name} and {other.name} both answer to {method} {route.path_format}; change the path of one"
                )
            node.slices[method] = route
        if "GET" in node.slices:
            node.slices["HEAD"] = node.slices["GET"]  # for `Allow`; RequestMiddleware makes a GET of every HEAD

    def find(self, path: str, method: str) -> tuple[SliceRoute, dict[str, str]] | None:
        """The slice and its path parameters; None for an unknown path. Raises TransportRefusal 405 for another method."""
        values: list[str] = []
        node = self._root.find(path.split("/")[1:], 0, values)
        if node is None:
            return None
        if method not in node.slices:
            allow = ", ".join(sorted(node.slices))  # RFC 9110 section 15.5.6
            raise TransportRefusal(405, Code.METHOD_NOT_ALLOWED, headers={"Allow": allow})
        route = node.slices[method]
        return route, dict(zip(route.param_convertors, values, strict=True))

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http":
            return Match.NONE, {}
        found = self.find(scope["path"], scope["method"])
        if found is None:
            return Match.NONE, {}
        route, path_params = found
        return Match.FULL, {"endpoint": route.endpoint, "path_params": path_params, "route": route}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await scope["route"].handle(scope, receive, send)
