"""What is said of changes. What it does to callers is in `tests/features/system_manage/`."""

import asyncio

import pytest

from kernel.identity.changes import grants_changed, users_changed
from kernel.identity.grants import grants_version
from kernel.identity.models import GrantsVersion
from kernel.unit_of_work.transaction import transaction

pytestmark = pytest.mark.usefixtures("app")


async def change_grants() -> None:
    async with transaction(__name__):
        await grants_changed()


async def test_each_change_of_grants_moves_the_version() -> None:
    """The first ones that there ever were too, and several at once."""
    await GrantsVersion.all().delete()
    await asyncio.gather(*(change_grants() for _ in range(5)))
    assert await grants_version() == 5
    await change_grants()
    assert await grants_version() == 6
    assert await GrantsVersion.all().count() == 1


async def test_it_is_said_within_a_transaction() -> None:
    with pytest.raises(LookupError, match="user:1: changed outside of a transaction"):
        users_changed([1])
