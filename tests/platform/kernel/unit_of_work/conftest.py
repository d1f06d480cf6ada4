"""Facts about tags, and reactions to them that a test makes."""

from dataclasses import dataclass

import pytest_asyncio

from features.hr.models import Tag
from kernel import emit
from tests.platform.kernel.conftest import Listening


@dataclass(frozen=True, kw_only=True)
class TagMade:
    tag_id: int
    name: str


@dataclass(frozen=True, kw_only=True)
class TagPraised:
    tag_id: int
    name: str


async def make(name: str) -> TagMade:
    """A tag, and the fact that it was made."""
    tag = await Tag.create(name=name, category="test")
    made = TagMade(tag_id=tag.id, name=name)
    emit(made)
    return made


async def tags(of: type[Tag] = Tag) -> list[str]:
    """The names of those that the test made."""
    return [name for (name,) in await of.filter(category="test").order_by("name").values_list("name")]


@pytest_asyncio.fixture
async def told(listening: Listening) -> list[object]:
    """The tags that a reaction has heard of, in order."""
    seen: list[object] = []

    async def hear(event: TagMade) -> None:
        seen.append(event.name)

    await listening(hear, TagMade)
    return seen
