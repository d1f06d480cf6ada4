"""Two servers on one database and one Redis, which a test may stop."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.live.client import LiveCaller
from tests.live.redis_server import RedisServer, redis_server
from tests.live.server import Server, serving

SETTINGS = {"ARGON2_MEMORY_KIB": "64", "ARGON2_TIME_COST": "1"}


@dataclass
class Two:
    """The servers, their Redis, and the environment of all that shares them."""

    redis: RedisServer
    one: Server
    other: Server
    env: Mapping[str, str]

    def sign_in(self, name: str = "hanmei") -> tuple[LiveCaller, LiveCaller]:
        """The same session on both, which both keep."""
        here, there = LiveCaller(self.one, name), LiveCaller(self.other)
        there.use_token_of(here)
        assert [here.search().code, there.search().code] == ["0000", "0000"]
        return here, there


@contextmanager
def two_servers(env: Mapping[str, str], folder: Path) -> Iterator[Two]:
    """Both of them, on a Redis of their own, until the end of the block."""
    with ExitStack() as stack:
        redis = stack.enter_context(redis_server(folder / "redis"))
        env = {**env, **SETTINGS, "REDIS_URL": redis.url}
        one = stack.enter_context(serving(env))
        yield Two(redis, one, stack.enter_context(serving(env)), env)
