"""The records that several slices of HR answer with."""

from typing import Annotated

from pydantic import StringConstraints

from features.hr.models import Department, Employee, EmployeeStatus, EmployeeStatusLog, Tag
from kernel import Account, AuditedRecord, PublicId, Schema, Source, SourceList, Status

DepartmentCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,50}$")]


class EmployeeRecord(AuditedRecord[Employee]):
    employee_no: str | None
    name: str
    email: str | None
    phone: str | None
    position: str | None
    avatar: str | None
    status: EmployeeStatus
    user_id: PublicId[Account] | None
    department_id: PublicId[Department]
    department_name: Annotated[str | None, Source("department__name")]
    tag_ids: Annotated[list[PublicId[Tag]], SourceList("tags", "id")]
    tag_names: Annotated[list[str], SourceList("tags", "name")]


class AvatarResponse(Schema):
    """The path of the picture, on this server."""

    avatar_url: str


class EmployeeStatusLogRecord(AuditedRecord[EmployeeStatusLog]):
    """`fromStatus` null: they were taken on. `operatedBy` is a user name, as `createdBy` is."""

    employee_id: PublicId[Employee]
    from_status: EmployeeStatus | None
    to_status: EmployeeStatus
    remark: str | None
    operated_by: Annotated[str | None, Source("created_by")]


class DepartmentRecord(AuditedRecord[Department]):
    name: str
    code: str
    description: str | None
    manager_id: PublicId[Employee] | None
    parent_id: PublicId[Department] | None
    order: int
    status: Status
