"""Whom a fact is told, and how it comes into their inbox: once, however often the fact is heard."""

from collections.abc import Iterable
from datetime import timedelta

from features.notices.models import Notice, NoticeKind
from features.notices.settings import NoticesSettings
from kernel import account_names, event_id, now

_PRUNED_AT_ONCE = 10  # more than one fact writes, so that what has grown old is gone some facts later


async def put(user_ids: Iterable[int | None], kind: NoticeKind, title: str, content: str) -> None:
    """Tell them of the fact at hand, in a reaction to it. Who has no account, or no longer, is told nothing."""
    readers = await account_names({each for each in user_ids if each is not None})
    await Notice.bulk_create(
        [
            Notice(user_id=reader, event_id=event_id(), kind=kind, title=title, content=content)
            for reader in sorted(readers)
        ],
        ignore_conflicts=True,
    )
    await _prune()


async def _prune() -> None:
    """Delete some that are older than NOTICES_RETENTION_DAYS, read or not; none that another reaction is deleting."""
    oldest = now() - timedelta(days=NoticesSettings.load().retention_days)
    over = Notice.filter(created_at__lt=oldest).order_by("created_at").limit(_PRUNED_AT_ONCE)
    if old := await over.select_for_update(skip_locked=True).only("id"):
        await Notice.filter(id__in=[notice.id for notice in old]).delete()
