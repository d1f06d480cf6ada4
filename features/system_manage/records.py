"""The records that several slices of this module answer with."""

from typing import Annotated

from kernel import AuditedRecord, Gender, Millis, SourceList, Status
from kernel.identity.models import User


class UserRecord(AuditedRecord[User]):
    user_name: str
    nick_name: str | None
    user_gender: Gender
    user_phone: str | None
    user_email: str | None
    status_type: Status
    by_user_role_code_list: Annotated[list[str], SourceList("roles", "role_code")]
    last_login: Millis | None
