"""Are PostgreSQL and Redis there? Run by `just test-services` before the suite: `python -m tests.services`."""

import asyncio
import os
import sys
from urllib.parse import urlsplit

import asyncpg
import redis.asyncio
from redis.exceptions import RedisError


async def main() -> int:
    """Ask both. Returns the exit code; says what does not answer and how to start it."""
    problems = []
    database, cache = os.environ["TEST_DB_URL"], os.environ["TEST_REDIS_URL"]
    try:
        connection = await asyncpg.connect(database, timeout=5)
        await connection.close()
    except (OSError, TimeoutError, asyncpg.PostgresError) as error:
        problems.append(
            f"PostgreSQL does not answer at {_place(database)} (TEST_DB_URL): {error}\n"
            "  start it with: pg_ctlcluster 15 main start (Debian; the version that pg_lsclusters shows), or brew services start postgresql (macOS)"
        )
    client = redis.asyncio.Redis.from_url(cache, socket_connect_timeout=5)
    try:
        await client.ping()
    except (OSError, RedisError) as error:
        problems.append(
            f"Redis does not answer at {_place(cache)} (TEST_REDIS_URL): {error}\n  start it with: redis-server --daemonize yes"
        )
    finally:
        await client.aclose()
    sys.stderr.writelines(f"{problem}\n" for problem in problems)
    return 1 if problems else 0


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or ''}{parts.path}"


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
