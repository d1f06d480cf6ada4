"""The records that several slices of HR answer with."""

from typing import Annotated

from pydantic import StringConstraints

from features.hr.models import EmployeeStatus
from kernel import AuditedRecord, PublicId, PublicParentId, Source, SourceList, Status

DepartmentCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,50}$")]


class EmployeeRecord(AuditedRecord):
    employee_no: str | None
    name: str
    email: str | None
    phone: str | None
    position: str | None
    status: EmployeeStatus
    user_id: PublicId | None
    department_id: PublicId
    department_name: Annotated[str | None, Source("department__name")]
    tag_ids: Annotated[list[PublicId], SourceList("tags", "id")]
    tag_names: Annotated[list[str], SourceList("tags", "name")]


class DepartmentRecord(AuditedRecord):
    name: str
    code: str
    description: str | None
    manager_id: PublicId | None
    parent_id: PublicParentId
    order: int
    status: Status
