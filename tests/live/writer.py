"""A process that changes who may do what, past the slices: `python -m tests.live.writer disable hanmei`; `die` kills it after the commit."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from unittest.mock import patch

from tortoise.context import TortoiseContext
from tortoise.expressions import F

from kernel import Status, hot_cache, transaction
from kernel.identity.changes import grants_changed, users_changed
from kernel.identity.models import Role, User
from kernel.redis_line import connected
from kernel.settings import settings
from kernel.slices.discovery import database_config


async def disable(name: str) -> None:
    await _change_user(name, status_type=Status.DISABLED)


async def end_tokens(name: str) -> None:
    await _change_user(name, token_version=F("token_version") + 1)


async def disable_role(code: str) -> None:
    await grants_changed()
    await Role.filter(role_code=code).update(status_type=Status.DISABLED)


async def _change_user(name: str, **values: object) -> None:
    user = await User.get(user_name=name)
    users_changed([user.id])
    await User.filter(id=user.id).update(**values)


async def _die(_names: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def main(change: Callable[[str], Awaitable[None]], name: str, *, dies: bool) -> None:
    async with connected(settings().redis_url), TortoiseContext() as context:
        await context.init(config=database_config())
        with patch.object(hot_cache, "unmark", _die if dies else hot_cache.unmark):
            async with transaction(__name__):
                await change(name)


if __name__ == "__main__":
    changes = {each.__name__: each for each in (disable, end_tokens, disable_role)}
    asyncio.run(main(changes[sys.argv[1]], sys.argv[2], dies="die" in sys.argv))
