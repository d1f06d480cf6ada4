"""Rows of notices, for tests."""

from typing import Any
from uuid import UUID

from features.notices.models import Notice, NoticeKind
from kernel.identity.models import User


async def add_notice(user_name: str, title: str = "Welcome", **columns: Any) -> Notice:
    """A notice in the inbox of the user of this name, of a fact of its own."""
    user, fact = await User.get(user_name=user_name), UUID(int=await Notice.all().count() + 1)
    return await Notice.create(
        **{"event_id": fact, "kind": NoticeKind.WELCOME, "content": "To all.", "created_by": None} | columns,
        user_id=user.id,
        title=title,
    )


async def add_rows() -> None:
    """What the requests of `tests/hostile` speak of: a notice of each caller there."""
    for user_name in ("Soybean", "Super"):
        await add_notice(user_name)
