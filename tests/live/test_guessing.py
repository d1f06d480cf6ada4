"""The lock on guessing, with two workers and without a Redis: five guesses, however they are spread."""

import json
import urllib.request

from tests.live.server import Server, serving


def test_two_workers_without_redis_count_together(migrated: dict[str, str]) -> None:
    env = migrated | {"WORKERS": "2", "REDIS_URL": "redis://127.0.0.1:1"}
    with serving(env) as server:
        assert sorted(guess(server, "hanmei", "wrong") for _ in range(16)) == ["2401"] * 5 + ["2408"] * 11
        assert guess(server, "wangwei", "123456") == "0000"
        assert guess(server, "hanmei", "123456") == "2408"


def guess(server: Server, user_name: str, password: str) -> str:
    """On a connection of its own, which either worker may take."""
    body = json.dumps({"userName": user_name, "password": password}).encode()
    request = urllib.request.Request(f"{server.url}/api/v1/auth/login", body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)["code"]
