"""The tables of the outbox: which reactions there are, and what each of them is still to be told."""

from enum import StrEnum
from typing import Any

from tortoise import fields

from kernel.clock import now
from kernel.models.base import Model


class DeliveryState(StrEnum):
    PENDING = "pending"
    PARKED = "parked"  # it has failed too often; an operator retries or discards it
    DONE = "done"
    DISCARDED = "discarded"


OPEN = (DeliveryState.PENDING, DeliveryState.PARKED)


class EventDelivery(Model):
    """One fact for one reaction, written in the transaction that made it true. `attempts`: how often it was begun."""

    event_id = fields.UUIDField(db_index=True)
    event = fields.CharField(max_length=200)
    subject = fields.CharField(max_length=200)
    payload = fields.TextField()
    listener = fields.CharField(max_length=100)
    reaction = fields.CharField(max_length=200)
    request_id = fields.CharField(max_length=64, null=True)
    state = fields.CharEnumField(DeliveryState, max_length=16, default=DeliveryState.PENDING)
    attempts = fields.SmallIntField(default=0)
    told_at = fields.DatetimeField(default=now)
    due_at = fields.DatetimeField(default=now)
    done_at = fields.DatetimeField(null=True)
    error = fields.TextField(null=True)

    class Meta:
        table = "sys_event_delivery"
        indexes = (("listener", "subject", "state"), ("state", "due_at"))


class EventReaction(Model):
    """A reaction to an event that some version of the app, which ran lately, has."""

    reaction = fields.CharField(max_length=200)
    event = fields.CharField(max_length=200)
    seen_at = fields.DatetimeField(default=now)

    class Meta:
        table = "sys_event_reaction"
        unique_together = (("event", "reaction"),)


class EventRetelling(Model):
    """What a module still has to say of its present state to one that is new: from `step`, behind the row `after`."""

    teller = fields.CharField(max_length=100)
    listener = fields.CharField(max_length=100)
    reactions: fields.Field[Any] = fields.JSONField()  # [event, reaction] each
    step = fields.IntField(default=0)
    after = fields.BigIntField(default=0)

    class Meta:
        table = "sys_event_retelling"
        unique_together = (("teller", "listener"),)
