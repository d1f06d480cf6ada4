"""HR's tables and what must always hold of a row."""

from enum import StrEnum
from typing import Any, ClassVar, Self

from tortoise import fields
from tortoise.expressions import Q, Subquery
from tortoise.migrations.constraints import UniqueConstraint

from features.hr.codes import HrCode
from features.hr.settings import HrSettings
from kernel import (
    Actor,
    AuditedModel,
    DataScope,
    NotFound,
    Refusal,
    Scoped,
    SoftDelete,
    StateMachine,
    Status,
    Tree,
    UploadField,
    ensure_in_dictionary,
    require_actor,
)


class EmployeeStatus(StrEnum):
    PROBATION = "probation"
    ACTIVE = "active"
    RESIGNED = "resigned"


AT_WORK = (EmployeeStatus.PROBATION, EmployeeStatus.ACTIVE)


class Department(Tree, SoftDelete, AuditedModel):
    """Where people work. A code may be used again once the department that had it is deleted."""

    id_kind = "department"

    MANAGER_ROLE: ClassVar[str] = "R_DEPT_MGR"  # held by whoever manages one
    MANAGER_BUTTON: ClassVar[str] = "B_HR_DEPT_MANAGER"  # needed to appoint one, in whatever use case

    name = fields.CharField(max_length=100)
    code = fields.CharField(max_length=50)
    description = fields.CharField(max_length=500, null=True)
    order = fields.IntField(default=0)
    status = fields.CharEnumField(Status, max_length=1, default=Status.ENABLED)
    parent: fields.ForeignKeyNullableRelation["Department"] = fields.ForeignKeyField(
        "hr.Department", null=True, on_delete=fields.RESTRICT, related_name="children"
    )
    manager: fields.ForeignKeyNullableRelation["Employee"] = fields.ForeignKeyField(
        "hr.Employee", null=True, on_delete=fields.SET_NULL, related_name="manages"
    )
    parent_id: int | None
    manager_id: int | None

    class Meta:
        table = "hr_department"
        indexes = (("parent_id",),)
        constraints = (
            UniqueConstraint(fields=("code",), name="uid_hr_department_code", condition="deleted_at IS NULL"),
        )

    @classmethod
    async def open_for_staff(cls, department_id: int | None) -> Self:
        """The department, if people may be put into it. Raises Refusal 4000 for none or a disabled one, 1101.

        Locked to the end of the transaction, so that nobody deletes it under the people who come.
        """
        if department_id is None:
            raise Refusal(HrCode.DEPARTMENT_REQUIRED)
        department = await cls.filter(id=department_id).select_for_update(no_key=True).first()
        if department is None:
            raise NotFound.of(cls)
        if department.status != Status.ENABLED:
            raise Refusal(HrCode.DEPARTMENT_REQUIRED, f"The department {department.name} is disabled.")
        return department

    def facts(self) -> dict[str, Any]:
        """What every fact about this department says of it."""
        return {"department_id": self.id, "department_name": self.name}

    async def ensure_may_add_staff(self) -> None:
        """Raise Refusal 4002 unless the caller's data scope reaches the people of this department."""
        actor = require_actor()
        if actor.reaches_all:
            return
        reached = [each for scope in sorted(actor.scopes) if (each := Department.reached_by(actor, scope))]
        if not reached or not await Department.filter(Q(*reached, join_type=Q.OR), id=self.id).exists():
            raise Refusal(HrCode.CREATE_FORBIDDEN)

    @classmethod
    def managed_by(cls, actor: Actor) -> Q:
        """The departments that one manages."""
        return Q(manager__user_id=actor.user_id)

    @classmethod
    def reached_by(cls, actor: Actor, scope: DataScope) -> Q | None:
        """The departments whose people a data scope reaches: those that one manages, or those that a role names, with all
        below them.
        """
        match scope:
            case DataScope.SCOPE:
                return cls.managed_by(actor)
            case DataScope.CUSTOM:
                return Q(id__in=cls.ids_within(actor.scope_rows.get(cls.id_kind, ())))
            case _:
                return None


class Tag(AuditedModel):
    """A word that employees are found by: a skill, a language, a site."""

    id_kind = "tag"

    name = fields.CharField(max_length=50, unique=True)
    category = fields.CharField(max_length=50)
    description = fields.CharField(max_length=500, null=True)

    class Meta:
        table = "hr_tag"

    @classmethod
    async def ensure_category(cls, category: str) -> None:
        """Raise Refusal 1200 unless administrators keep this category in the dictionary `tag_category`."""
        await ensure_in_dictionary("tag_category", "category", category)


class EmployeeStatusLog(AuditedModel):
    """A step of someone's employment; the first one, in which they were taken on, comes from nothing. Never changed."""

    id_kind = "employee-status-log"

    employee: fields.ForeignKeyRelation["Employee"] = fields.ForeignKeyField(
        "hr.Employee", on_delete=fields.RESTRICT, related_name="status_logs"
    )
    from_status = fields.CharEnumField(EmployeeStatus, max_length=16, null=True)
    to_status = fields.CharEnumField(EmployeeStatus, max_length=16)
    remark = fields.CharField(max_length=500, null=True)
    employee_id: int

    class Meta:
        table = "hr_employee_status_log"
        indexes = (("employee_id",),)

    @classmethod
    async def record(
        cls, employee: "Employee", former: EmployeeStatus | None, to: EmployeeStatus, *, remark: str | None = None
    ) -> None:
        """Keep account of a step; who took it, and when, say the audit columns."""
        await cls.create(employee_id=employee.id, from_status=former, to_status=to, remark=remark)


class Employee(Scoped, SoftDelete, AuditedModel):
    """Someone who works here, or did. `employee_no` follows from the key, so no two can be given the same one."""

    id_kind = "employee"

    ACCOUNT_ROLE: ClassVar[str] = "R_EMPLOYEE"  # held by the account of each
    MAX_AVATAR_BYTES: ClassVar[int] = 2 * 1024 * 1024
    scope_subject = Department

    employee_no: fields.Field[str | None] = fields.CharField(max_length=20, null=True, unique=True)
    name = fields.CharField(max_length=100)
    email = fields.CharField(max_length=254, null=True)
    phone = fields.CharField(max_length=32, null=True)
    position = fields.CharField(max_length=100, null=True)
    avatar = UploadField(max_length=200, null=True)
    status = fields.CharEnumField(EmployeeStatus, max_length=16, default=EmployeeStatus.PROBATION, db_index=True)
    lifecycle = StateMachine(
        status,
        {
            EmployeeStatus.PROBATION: {EmployeeStatus.ACTIVE, EmployeeStatus.RESIGNED},
            EmployeeStatus.ACTIVE: {EmployeeStatus.RESIGNED},
            EmployeeStatus.RESIGNED: {EmployeeStatus.PROBATION},
        },
        code=HrCode.INVALID_TRANSITION,
        audit=EmployeeStatusLog.record,
    )
    user = fields.OneToOneField("kernel.User", null=True, on_delete=fields.RESTRICT, related_name="employee")
    department: fields.ForeignKeyRelation[Department] = fields.ForeignKeyField(
        "hr.Department", on_delete=fields.RESTRICT, related_name="employees"
    )
    tags: fields.ManyToManyRelation[Tag] = fields.ManyToManyField(
        "hr.Tag",
        through="hr_employee_tag",
        forward_key="tag_id",
        backward_key="employee_id",
        related_name="employees",
    )
    user_id: int | None
    department_id: int

    class Meta:
        table = "hr_employee"
        indexes = (("department_id",),)

    @classmethod
    def scope_filter(cls, actor: Actor, scope: DataScope) -> Q | None:
        own = Q(user_id=actor.user_id)
        departments = Department.reached_by(actor, scope)
        return own | Q(department_id__in=Subquery(Department.filter(departments).values("id"))) if departments else own

    def facts(self, department: Department) -> dict[str, Any]:
        """What every fact about this employee says of them; of their department, the manager has been fetched."""
        return {
            "employee_id": self.id,
            "name": self.name,
            "user_id": self.user_id,
            "department_id": department.id,
            "department_name": department.name,
            "manager_user_id": department.manager and department.manager.user_id,
        }

    def ensure_at_work(self) -> None:
        """Raise Refusal 4007 if they have resigned."""
        if self.status not in AT_WORK:
            raise Refusal(HrCode.INVALID_TRANSITION, f"{self.name} has resigned; rehire them first.")

    async def assign_number(self) -> str:
        """Give a new row its number."""
        self.employee_no = f"E{self.id:06d}"
        await self.save(update_fields=["employee_no"])
        return self.employee_no

    async def set_tags(self, tag_ids: list[int]) -> None:
        """Make these the employee's tags. Raises Refusal 4003 for too many, HR_MAX_TAGS_PER_EMPLOYEE; 1101."""
        wanted, limit = set(tag_ids), HrSettings.load().max_tags_per_employee
        if len(wanted) > limit:
            raise Refusal(HrCode.TAGS_EXCEED_LIMIT, f"{len(wanted)} tags are too many: at most {limit} an employee.")
        tags = await Tag.filter(id__in=wanted)
        if len(tags) != len(wanted):
            raise NotFound.of(Tag)
        await self.tags.clear()
        await self.tags.add(*tags)
