"""The records that several slices of roles answer with, and the types of their fields."""

from typing import Annotated

from pydantic import Field, StringConstraints

from kernel import AuditedRecord, DataScope, PublicId, ShortText, Source, Status
from kernel.identity.models import Menu, Role

RoleName = Annotated[ShortText, Field(max_length=64)]
RoleCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{2,64}$")]


class Department:
    """Stands for the departments that a role may reach: this module names them, and does not see their table."""

    id_kind = "department"


class RoleRecord(AuditedRecord[Role]):
    role_name: str
    role_code: str
    role_desc: str | None
    by_role_home_id: Annotated[PublicId[Menu] | None, Source("home_id")]
    data_scope: DataScope
    status_type: Status
