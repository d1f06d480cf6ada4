"""Calls every operation over and over, and notes each answer that is not as OpenAPI declares it."""

import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from textwrap import indent
from typing import Any, TypeGuard
from urllib.parse import unquote, urlsplit

import hypothesis
import requests
from hypothesis import HealthCheck, Phase
from hypothesis.errors import HypothesisException
from hypothesis.strategies import SearchStrategy
from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from schemathesis import Case, Response
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.fuzz.admin import SuperAdmin
from tests.fuzz.cases import Cases
from tests.fuzz.document import Document
from tests.fuzz.known import Known
from tests.live.server import Server

CASES = 20  # of an operation, before it is the next one's turn
PATIENCE = 60  # seconds for an answer: the machine may be busy
SHOWN = 1500  # characters of a body, of an answer
CHECKS: list[CheckFunction] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
SIGNED_OUT = re.compile("21|22")  # codes; also those of a right that a super administrator does not lack


@dataclass
class Finding:
    """What is wrong with answers of an operation: how often it was seen, and the shortest request that showed it."""

    operation_id: str
    what: str
    example: str
    count: int = 0

    def __str__(self) -> str:
        return f"{self.operation_id}: {self.what} ({self.count} times)\n{indent(self.example, '    ')}"


@dataclass
class Tally:
    """How often an operation was called, and what it answered."""

    calls: int = 0
    codes: Counter[str] = field(default_factory=Counter)

    @property
    def successes(self) -> int:
        return self.codes["0000"] + self.codes["200"]  # the latter of a file

    def __str__(self) -> str:
        others = [f"{code} {count}" for code, count in self.codes.most_common() if code != "0000"]
        return f"{self.calls:6} {self.successes:6}  {', '.join(others)}"


class Fuzzer:
    """One run against one server. The seed decides on all requests, apart from what the server makes up itself."""

    def __init__(self, server: Server, database: dict[str, Any], seed: int) -> None:
        self._server, self._seed = server, seed
        self._http = requests.Session()
        self._http.trust_env = False
        self._document = Document(self._http.get(f"{server.url}/openapi.json", timeout=PATIENCE).json())
        self._dice = random.Random(seed)
        self._known = Known(self._document, self._dice)
        self._cases = Cases(self._document, self._known, self._dice)
        self._codes = self._document.codes()
        self._admin = SuperAdmin(server.url, self._document, database)
        self._findings: dict[tuple[str, str], Finding] = {}
        self.tallies: defaultdict[str, Tally] = defaultdict(Tally)
        self._calls = 0

    def run(self, seconds: float, *, turns: int = 1, only: str = "") -> list[Finding]:
        """Call every operation in turn until the time is up, and for so many turns at least. Returns what was found.

        Of operations whose names do not begin with `only`, no cases are made; they are asked for what they know all the same.
        """
        until = time.monotonic() + seconds
        strategies = {name: self._cases.of(name) for name in self._document.operations if name.startswith(only)}
        turn = 0
        while turn < turns or time.monotonic() < until:
            self._admin.stay()
            for name in self._document.operations:
                if plain := self._cases.plain(name):
                    self._call(name, plain)
            # In another order each time, or what is deleted is always gone before it is changed.
            for name in random.Random(f"{self._seed} {turn}").sample(list(strategies), len(strategies)):
                if turn < turns or time.monotonic() < until:
                    self._call_often(name, strategies[name], f"{self._seed} {turn} {name}")
            turn += 1
        for name in strategies:
            if not self.tallies[name].calls:
                self._note(name, "never called", "")
        self._note_errors_of_the_log()
        return list(self._findings.values())

    def report(self) -> str:
        """What was found, what each operation answered, and which never succeeded: nothing behind their refusals was seen."""
        called = [(name, self.tallies[name]) for name in self._document.operations if name in self.tallies]
        refused = [name for name, tally in called if not tally.successes]
        calls = sum(tally.calls for _, tally in called)
        return "\n".join(
            [
                *(f"{found}\n" for found in self._findings.values()),
                f"{'operation':44} {'calls':>6} {'0000':>6}  other answers",
                *(f"{name:44} {tally}".rstrip() for name, tally in called),
                f"{calls} calls; signed in {self._admin.sign_ins} times, to {self._admin.accounts} accounts",
                f"only ever refused: {', '.join(refused) or 'none'}",
            ]
        )

    def _call_often(self, name: str, strategy: SearchStrategy[Case], seed: str) -> None:
        @hypothesis.seed(seed)
        @hypothesis.settings(
            max_examples=CASES if self._document.takes_something(name) else 4,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
        )
        @hypothesis.given(strategy)
        def call(case: Case) -> None:
            self._dice.seed(f"{self._seed} {self._calls}")  # whatever was answered before, the same numbers
            self._call(name, self._cases.finished(name, case))

        try:
            call()
        except HypothesisException as error:
            self._note(name, "no request could be made", f"{type(error).__name__}: {error}")

    def _call(self, name: str, case: Case) -> None:
        self._calls += 1
        tally = self.tallies[name]
        own, authorization = self._authorization(case)
        # Of a connection that is kept alive a caller may learn too late that it has ended.
        headers = {"Connection": "close", "Authorization": authorization}
        try:
            answer = case.call(base_url=self._server.url, session=self._http, headers=headers, timeout=PATIENCE)
        except (requests.ConnectionError, requests.Timeout) as error:
            assert self._server.process.poll() is None, f"the server has ended:\n{self._server.log()[-5000:]}"
            self._note(name, "no answer", f"{type(error).__name__}: {error}\n{case.as_curl_command()}"[:SHOWN])
            return
        except ValueError as error:  # of requests: not even sent
            tally.codes[f"unsent ({type(error).__name__})"] += 1
            return
        tally.calls += 1
        code = self._judged(name, answer)
        tally.codes[code] += 1
        if code == "0000":
            self._known.learn(name, case.body, _body(answer))
        elif SIGNED_OUT.match(code) and own:
            self._admin.stay()

    def _authorization(self, case: Case) -> tuple[bool, str]:
        """Whether it is our super administrator's, and the header: now and then what schemathesis made, or a token of an answer."""
        chance = self._dice.random()
        made, token = case.headers.get("Authorization"), self._known.value_of("", "token")
        if chance < 0.02 and made:
            return False, str(made)
        if chance > 0.94 and token:
            return False, f"Bearer {token}"
        return True, self._admin.authorization

    def _judged(self, name: str, answer: Response) -> str:
        """Note what is wrong with the answer. Returns its code, or the status of one that has none."""
        for what, more in self._misfits(answer):
            self._note(name, what, f"{more}\n{_shown(answer)}".strip())
        body = _body(answer)
        return str(body["code"] if _is_envelope(body) else answer.status_code)

    def _misfits(self, answer: Response) -> Iterator[tuple[str, str]]:
        """What is not as declared, and the particulars."""
        if not answer.headers.get("x-request-id"):
            yield "no X-Request-ID", ""
        if _is_json(answer) and not (_is_envelope(body := _body(answer)) and body["code"] in self._codes):
            yield "no envelope with a known code", ""
        meant = self._document.operation_at(str(answer.request.method), unquote(urlsplit(str(answer.request.url)).path))
        if isinstance(meant, int):  # what was sent in the path made another URL of it
            if answer.status_code != meant:
                yield f"status {answer.status_code} at the URL of no operation ({meant})", ""
            return
        try:
            self._cases.some(meant).validate_response(answer, checks=CHECKS)
        except FailureGroup as group:
            yield from (
                (each.title, self._why(meant, answer)) for each in group.exceptions if isinstance(each, Failure)
            )

    def _why(self, operation_id: str, answer: Response) -> str:
        """What in the answer is not of its schema."""
        schema = self._document.answer(operation_id, str(answer.status_code))
        validator = Draft202012Validator({**schema, "components": self._document.content["components"]})
        error = best_match(validator.iter_errors(_body(answer)))
        return f"{error.json_path}: {error.message}" if error else ""

    def _note(self, name: str, what: str, example: str) -> None:
        found = self._findings.setdefault((name, what), Finding(name, what, example))
        found.count += 1
        found.example = min(found.example, example, key=len)

    def _note_errors_of_the_log(self) -> None:
        """What went wrong where no answer tells of it, as in a reaction; and of what one tells, where."""
        for entry in re.split(r"^(?=\S+ \[[a-z]+ *\] )", self._server.log(), flags=re.MULTILINE):
            if found := re.match(r"\S+ \[(?:error|critical) *\] (.*?)(?:  +|$)", entry):
                use_case = re.search(r" use_case=(\S+)", entry.partition("\n")[0])
                self._note(use_case[1] if use_case else "server", f"logged: {found[1]}", _ends_of(entry))


def _shown(answer: Response) -> str:
    request = answer.request
    body = request.body if isinstance(request.body, bytes) else str(request.body or "").encode()
    sent = f"{request.method} {request.url}\n{body[:SHOWN].decode(errors='backslashreplace')}"
    return f"{sent}\n-> {answer.status_code} {answer.content[:SHOWN].decode(errors='backslashreplace')}"


def _is_json(answer: Response) -> bool:
    return (answer.headers.get("content-type") or [""])[0].startswith("application/json")


def _body(answer: Response) -> Any:
    """What the answer says in JSON; None if it says nothing in JSON."""
    try:
        return answer.json() if _is_json(answer) else None
    except ValueError:
        return None


def _is_envelope(body: object) -> TypeGuard[dict[str, Any]]:
    return isinstance(body, dict) and body.keys() == {"code", "msg", "data"} and isinstance(body["code"], str)


def _ends_of(entry: str) -> str:
    first, *rest = entry.strip().splitlines()
    return "\n".join([first, *rest[-8:]])
