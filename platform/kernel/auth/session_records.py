"""A user's sessions, as they and their administrators see them."""

from typing import Annotated

from pydantic import Field, computed_field
from tortoise.queryset import QuerySet

from kernel.clock import now
from kernel.context import require_actor
from kernel.identity.models import EndReason, Session
from kernel.ids import PublicId
from kernel.schema.base import Schema
from kernel.schema.types import Millis
from kernel.search.projection import Source

MOST_SHOWN = 200


class SessionRecord(Schema):
    """One sign-in on one device. `live`: its tokens are good, as far as this session is concerned. `current`: it is the one
    that asks.
    """

    id: PublicId[Session]
    family: Annotated[str, Field(exclude=True)]
    address: str | None
    agent: str | None
    created_at: Millis
    last_seen: Millis
    expires_at: Millis
    ended_at: Millis | None
    end_reason: EndReason | None
    impersonator_name: Annotated[str | None, Source("impersonator__user_name")]

    @computed_field
    @property
    def live(self) -> bool:
        return self.ended_at is None and self.expires_at > now()

    @computed_field
    @property
    def current(self) -> bool:
        return self.family == require_actor().session


def sessions_of(user_id: int) -> QuerySet[Session]:
    """The rows of SessionRecord, newest first. Those whose tokens have expired long ago are pruned."""
    return Session.filter(user_id=user_id).order_by("-created_at", "-id").limit(MOST_SHOWN)
