"""An office to try the base models on: every kind of relation, to and from tables with soft delete and without."""

from enum import StrEnum
from typing import Any

from tortoise import fields
from tortoise.expressions import Q, Subquery
from tortoise.queryset import QuerySet

from kernel.clock import now
from kernel.context import Actor, DataScope
from kernel.models.base import AuditedModel, Model
from kernel.models.scope import Scoped
from kernel.models.soft_delete import SoftDelete
from kernel.models.state_machine import StateMachine
from kernel.models.tree import Tree


class Department(Tree, SoftDelete, AuditedModel):
    id: int
    name = fields.CharField(50)
    code = fields.CharField(50)  # unique among the living, by an index that the fixture makes
    order = fields.IntField(default=0)
    parent = fields.ForeignKeyField("office.Department", null=True, related_name="children")
    parent_id: int | None

    class Meta:
        table = "office_department"


class Tag(SoftDelete):
    name = fields.CharField(50)

    class Meta:
        table = "office_tag"


class Employee(Scoped, SoftDelete, AuditedModel):
    name = fields.CharField(50)
    salary = fields.IntField(default=0)
    department = fields.ForeignKeyField("office.Department", related_name="employees")
    department_id: int
    tags = fields.ManyToManyField("office.Tag", related_name="employees", through="office_employee_tag")

    class Meta:
        table = "office_employee"

    @classmethod
    def scope_filter(cls, actor: Actor, scope: DataScope) -> Q | None:
        match scope:
            case DataScope.SELF:
                return Q(name=actor.user_name)
            case DataScope.SCOPE:
                own = Department.filter(employees__name=actor.user_name)
                return Q(department_id__in=Subquery(own.values("id")))
            case _:
                return None


class Card(SoftDelete):
    number = fields.CharField(50)
    employee = fields.OneToOneField("office.Employee", related_name="card")

    class Meta:
        table = "office_card"


class Note(AuditedModel):
    """Without soft delete, and two steps away from departments."""

    text = fields.CharField(50)
    employee = fields.ForeignKeyField("office.Employee", related_name="notes")

    class Meta:
        table = "office_note"


class Project(Model):
    """Without soft delete and audit."""

    title = fields.CharField(50, unique=True)
    budget = fields.DecimalField(18, 2, default=0)
    due_on = fields.DateField(null=True)
    members = fields.ManyToManyField("office.Employee", related_name="projects", through="office_project_member")

    class Meta:
        table = "office_project"


class TicketState(StrEnum):
    OPEN = "open"
    DOING = "doing"
    DONE = "done"


class TicketStep(Model):
    """What the audit of a ticket's states kept."""

    ticket_id = fields.BigIntField()
    former = fields.CharField(8)
    to = fields.CharField(8)
    remark = fields.CharField(50, null=True)

    class Meta:
        table = "office_ticket_step"

    @classmethod
    async def record(cls, ticket: "Ticket", former: TicketState, to: TicketState, *, remark: Any = None) -> None:
        assert ticket.state is to
        await cls.create(ticket_id=ticket.id, former=former, to=to, remark=remark)


class Ticket(SoftDelete, AuditedModel):
    """Nothing follows DONE."""

    state = fields.CharEnumField(TicketState, max_length=8, default=TicketState.OPEN)
    done_at = fields.DatetimeField(null=True)
    states = StateMachine(
        state,
        {
            TicketState.OPEN: {TicketState.DOING},
            TicketState.DOING: {TicketState.OPEN, TicketState.DONE},
            TicketState.DONE: set(),
        },
        audit=TicketStep.record,
    )

    class Meta:
        table = "office_ticket"


class Staff:
    """Ann works in Sales. Bob, of Sales, is deleted. Cid works in Gone, which is deleted.

    Ann has the tags kept and lost, lost being deleted, and a deleted card; Cid has only lost, and a card; Bob has kept.
    Ann and Bob are on the project Both, Bob alone on Bobs. Everyone has a note of their own name.
    """

    async def hire(self) -> None:
        self.sales = await Department.create(name="Sales", code="S")
        self.gone = await Department.create(name="Gone", code="G", deleted_at=now())
        self.ann = await Employee.create(name="Ann", salary=1, department=self.sales)
        self.bob = await Employee.create(name="Bob", salary=10, department=self.sales, deleted_at=now())
        self.cid = await Employee.create(name="Cid", salary=100, department=self.gone)
        self.kept, self.lost = await Tag.create(name="kept"), await Tag.create(name="lost", deleted_at=now())
        await self.ann.tags.add(self.kept, self.lost)
        await self.bob.tags.add(self.kept)
        await self.cid.tags.add(self.lost)
        await Card.create(number="1", employee=self.ann, deleted_at=now())
        await Card.create(number="3", employee=self.cid)
        for employee in (self.ann, self.bob, self.cid):
            await Note.create(text=employee.name, employee=employee)
        await (await Project.create(title="Both")).members.add(self.ann, self.bob)
        await (await Project.create(title="Bobs")).members.add(self.bob)


async def names(rows: QuerySet[Employee]) -> list[str]:
    return sorted(row.name for row in await rows)
