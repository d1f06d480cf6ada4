"""The inbox."""

from enum import StrEnum
from typing import Self

from tortoise import fields
from tortoise.queryset import QuerySet

from kernel import AuditedModel, require_actor


class NoticeKind(StrEnum):
    WELCOME = "welcome"
    JOINED = "joined"
    TRANSFERRED = "transferred"
    REGULARIZED = "regularized"
    RESIGNED = "resigned"
    REHIRED = "rehired"
    APPOINTED = "appointed"
    RELIEVED = "relieved"


class Notice(AuditedModel):
    """What one user is told of one fact. A fact that is heard again makes no second one."""

    id_kind = "notice"

    user = fields.ForeignKeyField("kernel.User", on_delete=fields.CASCADE, related_name="notices")
    event_id = fields.UUIDField()
    kind = fields.CharEnumField(NoticeKind, max_length=16)
    title = fields.CharField(max_length=255)
    content = fields.CharField(max_length=500)
    read_at = fields.DatetimeField(null=True)
    user_id: int

    class Meta:
        table = "notices_notice"
        unique_together = (("user_id", "event_id", "kind"),)
        indexes = (("user_id", "read_at"), ("created_at",))

    @classmethod
    def own(cls) -> QuerySet[Self]:
        """The caller's: no use case reads or writes another."""
        return cls.filter(user_id=require_actor().user_id)
