"""The fuzzer finds what is planted for it, in a copy of the project."""

import shutil
from pathlib import Path

import pytest

from tests.architecture.tree import plant
from tests.conftest import config_of
from tests.fuzz.fuzzer import Fuzzer
from tests.live.server import ROOT, SERVE, answers, started, until

PLANTED = {
    "features/planted/feature.py": """
from kernel import Feature

feature = Feature(title="Planted", prefix="/planted")
""",
    "features/planted/raises.py": '''
"""Fails for a text that is long, and for no other."""

from kernel import PUBLIC, Request, Schema, post


class RaisesRequest(Request):
    text: str


class RaisesResponse(Schema):
    length: int


@post("/raises", access=PUBLIC)
async def raises(request: RaisesRequest) -> RaisesResponse:
    if len(request.text) > 20_000:
        raise RuntimeError("planted")
    return RaisesResponse(length=len(request.text))
''',
    "features/planted/lies.py": '''
"""Answers with null for a number, past the check of its own class."""

from kernel import PUBLIC, Schema, get


class LiesResponse(Schema):
    count: int


@get("/lies", access=PUBLIC)
async def lies() -> LiesResponse:
    return LiesResponse.model_construct(count=None)
''',
    "features/planted/events.py": """
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Told:
    department_id: int
""",
    "features/planted/tells.py": '''
"""Reads a department, which only its id leads to, and tells of it."""

from features.planted.events import Told
from kernel import PUBLIC, Account, PublicId, Schema, SqidId, emit, post


class TellsResponse(Schema):
    user_id: PublicId[Account]


@post("/tells/{user_id}", access=PUBLIC)
async def tells(user_id: SqidId[Account]) -> TellsResponse:
    emit(Told(department_id=user_id))
    return TellsResponse(user_id=user_id)
''',
    "features/planted/expels.py": '''
"""Wants a new password of Soybean, who may do nothing else until then."""

from kernel import SIGNED_IN, Schema, post, require_actor
from kernel.identity.models import User


class ExpelsResponse(Schema):
    user_name: str


@post("/expels", access=SIGNED_IN)
async def expels() -> ExpelsResponse:
    await User.filter(user_name="Soybean").update(must_change_password=True)
    return ExpelsResponse(user_name=require_actor().user_name)
''',
    "features/planted/reactions/on_told.py": '''
"""Fails after the answer, which is as it should be."""

from features.planted.events import Told
from kernel import on


@on(Told)
async def fail(event: Told) -> None:
    raise RuntimeError("planted in a reaction")
''',
}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A copy of the project, with slices that break its promises."""
    for folder in ("features", "platform", "migrations"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return plant(tmp_path, PLANTED)


def test_what_is_planted_is_found(clone: Path, fuzzed: dict[str, str]) -> None:
    env = fuzzed | {"PYTHONPATH": f"{clone}:{clone / 'platform'}:{ROOT}"}
    with started(env, *SERVE, folder=clone) as server:
        until(lambda: answers(server), server.log, server)
        fuzzer = Fuzzer(server, config_of(fuzzed), seed=1)
        findings = fuzzer.run(0, turns=12, only="planted.")
    assert {(each.operation_id, each.what) for each in findings} == {
        ("planted.lies", "Response violates schema"),
        ("planted.raises", "Server error"),
        ("planted.raises", "logged: unhandled exception"),
        ("planted.on_told", "logged: reaction failed"),
    }
    assert fuzzer.tallies["planted.expels"].successes > 20
    assert ", to 2 accounts\n" in fuzzer.report()
    report = "\n\n".join(map(str, findings))
    for told in ("$.data.count: None is not of type 'integer'", "-> 500", 'RuntimeError("planted in a reaction")'):
        assert told in report
