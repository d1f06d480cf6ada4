"""What one process changes, another one knows at its next request: with Redis, without it, and while it comes and goes."""

import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from kernel.redis_line import HOLD_SECONDS, PATIENCE_SECONDS
from tests.database import SERVER
from tests.live.client import LiveCaller, at_once
from tests.live.pair import SETTINGS, Two
from tests.live.redis_server import RedisServer, redis_server
from tests.live.server import ROOT, serving, until
from tests.proxy import proxy_to

pytestmark = pytest.mark.skipif(
    not SERVER or not shutil.which("redis-server"), reason="needs PostgreSQL, and a redis-server to start"
)

SLACK_SECONDS = 0.04
NO_REDIS = "redis://127.0.0.1:1"


def succeed(caller: LiveCaller, method: str, path: str, **body: str) -> None:
    assert caller.call(method, path, **body).code == "0000"


def logout(caller: LiveCaller) -> None:
    succeed(caller, "POST", "/auth/logout")


def codes_after(change: Callable[[], None], caller: LiveCaller, seconds: float = 0.3) -> set[str]:
    """What the caller, four at once and without a pause, is answered from the moment on at which the change is done."""
    done_at, latest = float("inf"), time.monotonic() + 30

    def keep_calling() -> list[tuple[float, str]]:
        answers: list[tuple[float, str]] = []
        while time.monotonic() < min(latest, done_at + seconds):
            began = time.monotonic()
            answers.append((began, caller.search().code))
        return answers

    with ThreadPoolExecutor(4) as pool:
        calling = [pool.submit(keep_calling) for _ in range(4)]
        time.sleep(0.1)
        change()
        done_at = time.monotonic()
        answers = [answer for each in calling for answer in each.result()]
    assert "0000" in {code for began, code in answers if began < done_at}
    return {code for began, code in answers if began > done_at}


def change(env: Mapping[str, str], *arguments: str) -> None:
    """By a process that is neither of the servers. Raises CalledProcessError if it ends badly."""
    command = [sys.executable, "-m", "tests.live.writer", *arguments]
    subprocess.run(command, env={**env, "PYTHONPATH": f"{ROOT}:{ROOT / 'platform'}"}, cwd=ROOT, check=True)


@pytest.mark.parametrize("flushed", [False, True])
def test_what_one_changes_the_other_knows_at_its_next_request(two: Two, flushed: bool) -> None:
    """While others of the same session ask without a pause, and with a Redis that is made to forget everything over and over."""
    flushing = flushed

    def flush() -> None:
        while flushing:
            assert two.redis.ask("FLUSHALL") == "+OK"

    with ThreadPoolExecutor(1) as pool:
        flusher = pool.submit(flush)
        try:
            for _ in range(8):
                here, there = two.sign_in()
                assert codes_after(partial(logout, here), there) == {"2106"}
            here, there = two.sign_in()
            passwords = {"oldPassword": "123456", "newPassword": "a better one for Han"}
            assert codes_after(partial(succeed, here, "PATCH", "/auth/password", **passwords), there) == {"2106"}
            for what, whose, name, code in (
                ("disable", "liuqing", "liuqing", "2102"),
                ("end_tokens", "zhouhang", "zhouhang", "2106"),
                ("disable_role", "R_EMPLOYEE", "wangwei", "2207"),
            ):
                _, there = two.sign_in(name)
                assert codes_after(partial(change, two.env, what, whose), there) == {code}
        finally:
            flushing = False
        flusher.result()


def test_a_redis_that_stands_still_or_comes_back_with_what_it_held_is_not_believed(two: Two) -> None:
    here, there = two.sign_in()
    two.redis.pause()
    assert codes_after(partial(logout, here), there) == {"2106"}
    two.redis.resume()
    assert {there.search().code for _ in range(100)} == {"2106"}
    here, there = two.sign_in("liuqing")
    until(lambda: two.redis.ask("DBSIZE") != ":0", two.other.log)
    assert two.redis.ask("SAVE") == "+OK"
    logout(here)
    two.redis.kill()  # its file is of the time before the change, and knows neither of that nor of the mark
    assert there.search().code == "2106"
    two.redis.start()
    assert two.redis.ask("DBSIZE") != ":0"
    deadline = time.monotonic() + 3  # by then both have a connection again
    while time.monotonic() < deadline:
        assert there.search().code == "2106"


def test_a_process_that_dies_after_the_commit_leaves_nothing_old_that_lasts(two: Two) -> None:
    """Nothing at all, unless it could not reach Redis, which everybody else could: the one case in which the old lives on."""
    _, hanmei = two.sign_in("hanmei")
    _, liuqing = two.sign_in("liuqing")
    with pytest.raises(subprocess.CalledProcessError):
        change(two.env, "disable", "hanmei", "die")
    assert hanmei.search().code == "2102"
    with pytest.raises(subprocess.CalledProcessError):
        change({**two.env, "REDIS_URL": NO_REDIS}, "disable", "liuqing", "die")
    began = time.monotonic()
    while (code := liuqing.search().code) == "0000":
        assert time.monotonic() - began < HOLD_SECONDS
        time.sleep(0.1)
    assert code == "2102"


def test_whoever_could_not_reach_redis_tells_it_later(migrated: dict[str, str], tmp_path: Path) -> None:
    with ExitStack() as stack:
        redis = stack.enter_context(redis_server(tmp_path / "redis"))
        proxy = stack.enter_context(proxy_to(redis.url))
        env = migrated | SETTINGS
        one = stack.enter_context(serving(env | {"REDIS_URL": proxy.url}))
        other = stack.enter_context(serving(env | {"REDIS_URL": redis.url}))
        here, there = Two(redis, one, other, env).sign_in()
        proxy.stop()
        logout(here)
        assert here.search().code == "2106"
        time.sleep(3)  # until it has given that connection up
        proxy.resume()
        began = time.monotonic()
        while there.search().code == "0000":
            assert time.monotonic() - began < 5
        assert {there.search().code for _ in range(20)} == {"2106"}


def test_an_outage_adds_fifty_milliseconds_at_most(migrated: dict[str, str], tmp_path: Path) -> None:
    """To a request that meets it, alone or one of fifty; to later ones nothing, nor where Redis is not there at all.

    Each against what the same takes without a Redis, the best of several, as the machine has other things to do as well.
    """
    with ExitStack() as stack:
        redis = stack.enter_context(redis_server(tmp_path / "redis"))
        proxy = stack.enter_context(proxy_to(redis.url))
        env = migrated | SETTINGS
        without = LiveCaller(refused := stack.enter_context(serving(env | {"REDIS_URL": NO_REDIS})), "hanmei")
        meeting = LiveCaller(silent := stack.enter_context(serving(env | {"REDIS_URL": proxy.url})), "hanmei")
        usual, met, later = list[list[float]](), list[list[float]](), list[float]()
        for _ in range(5):
            usual.append([slowest_of(without, 1), slowest_of(without, 50)])
            until(lambda: asks_redis(meeting, redis), silent.log)
            proxy.stop()
            alone = slowest_of(meeting, 1)
            later += [slowest_of(meeting, 1) for _ in range(10)]
            proxy.resume()
            until(lambda: asks_redis(meeting, redis), silent.log)
            proxy.stop()
            met.append([alone, slowest_of(meeting, 50)])
            proxy.resume()
        (usual_alone, usual_together), (met_alone, met_together) = best(usual), best(met)
        assert usual_alone + PATIENCE_SECONDS / 2 < met_alone < usual_alone + PATIENCE_SECONDS + SLACK_SECONDS
        assert met_together < usual_together + PATIENCE_SECONDS + 2 * SLACK_SECONDS
        assert statistics.median(later) < usual_alone + SLACK_SECONDS
        assert refused.log().count("asking the database instead") == 1


def best(of: list[list[float]]) -> list[float]:
    return [min(each) for each in zip(*of, strict=True)]


def asks_redis(caller: LiveCaller, redis: RedisServer) -> bool:
    """Whether the server of this caller asks Redis for what it keeps there, as it does not for a moment after it was late."""
    before = redis.commands("mget")
    caller.me()
    return redis.commands("mget") > before


def slowest_of(caller: LiveCaller, count: int) -> float:
    """How many seconds the slowest of so many calls at once takes."""
    with at_once([caller.me] * count) as calls:
        pass
    assert {call.result().code for call in calls} == {"0000"}
    return max(call.result().seconds for call in calls)
