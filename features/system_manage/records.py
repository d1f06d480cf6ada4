"""The records that several slices of this module answer with."""

from typing import Annotated

from tortoise.expressions import F
from tortoise.functions import Coalesce
from tortoise.queryset import QuerySet

from kernel import AuditedRecord, Gender, Millis, Schema, Source, SourceList, Status
from kernel.identity.models import User


def users() -> QuerySet[User]:
    """The rows of UserRecord: where there is no nick name, the user name is shown, found and sorted in its place."""
    return User.annotate(shown_name=Coalesce("nick_name", F("user_name")))


class UserRecord(AuditedRecord[User]):
    user_name: str
    nick_name: Annotated[str, Source("shown_name")]
    user_gender: Gender
    user_phone: str | None
    user_email: str | None
    status_type: Status
    by_user_role_code_list: Annotated[list[str], SourceList("roles", "role_code")]
    last_login: Millis | None


class OfflineCount(Schema):
    """How many accounts were taken offline: all that were named, whether or not somebody was signed in."""

    offline_count: int
