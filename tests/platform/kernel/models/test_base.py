"""Who wrote a row, and when."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated

import pytest
from tortoise import Model as TortoiseModel
from tortoise.context import TortoiseContext
from tortoise.migrations.writer import ImportManager, render_value

from kernel import Amount, AtLeast, AtMost, Date, Filter, Schema, SearchRequest, paginate
from kernel.clock import frozen, now
from kernel.context import Actor, set_actor
from kernel.models.base import AuditedModel, audit_name
from kernel.models.queryset import QuerySet
from kernel.models.soft_delete import SoftDelete
from tests.platform.kernel.models.office import Department, Employee, Note, Project, Tag

MORNING = datetime(2030, 1, 2, 8, tzinfo=UTC)
EVENING = MORNING + timedelta(hours=12)


def act_as(name: str, impersonator: str | None = None) -> None:
    set_actor(Actor(user_id=1, user_name=name, impersonator_name=impersonator))


@pytest.fixture
async def note(office: TortoiseContext) -> Note:
    """Written by ann in the morning; from then on bob acts, in the name of cid."""
    with frozen(MORNING):
        act_as("ann")
        department = await Department.create(name="Sales", code="S")
        note = await Note.create(text="a", employee=await Employee.create(name="Ann", department=department))
    act_as("bob", impersonator="cid")
    return note


async def audit(row: AuditedModel) -> tuple[datetime, str | None, datetime, str | None]:
    stored = await type(row).get(id=row.id)
    return stored.created_at, stored.created_by, stored.updated_at, stored.updated_by


BY_BOB = (MORNING, "ann", EVENING, "bob (by cid)")


async def test_create(note: Note) -> None:
    assert await audit(note) == (MORNING, "ann", MORNING, "ann")


async def test_nobody_signed_in(office: TortoiseContext) -> None:
    department = await Department.create(name="Sales", code="S")
    assert (department.created_by, department.updated_by) == (None, None)


async def test_save(note: Note) -> None:
    note.text = "b"
    with frozen(EVENING):
        await note.save()
    assert await audit(note) == BY_BOB


async def test_save_of_some_fields(note: Note) -> None:
    note.text = "b"
    with frozen(EVENING):
        await note.save(update_fields=["text"])
    assert await audit(note) == BY_BOB
    assert (await Note.get(id=note.id)).text == "b"


async def test_save_of_no_fields_changes_nothing(note: Note) -> None:
    await note.save(update_fields=[])
    assert (note.updated_at, note.updated_by) == (MORNING, "ann")
    assert await audit(note) == (MORNING, "ann", MORNING, "ann")


async def test_partial_instance(note: Note) -> None:
    partial = await Note.get(id=note.id).only("id", "text")
    with frozen(EVENING):
        await partial.save(update_fields=["text"])
    assert await audit(note) == BY_BOB


async def test_queryset_update(note: Note) -> None:
    with frozen(EVENING):
        assert await Note.filter(id=note.id).update(text="b") == 1
    assert await audit(note) == BY_BOB
    await Note.filter(id=note.id).update(updated_at=MORNING, updated_by="dan")
    assert await audit(note) == (MORNING, "ann", MORNING, "dan")


async def test_bulk_create(note: Note) -> None:
    with frozen(EVENING):
        await Note.bulk_create([Note(text="b", employee_id=note.employee_id)])  # type: ignore[attr-defined]
    assert await audit(await Note.get(text="b")) == (EVENING, "bob (by cid)", EVENING, "bob (by cid)")


async def test_bulk_create_that_updates(note: Note) -> None:
    again = Note(id=note.id, text="b", employee_id=note.employee_id)  # type: ignore[attr-defined]
    with frozen(EVENING):
        again.updated_at = now()
        await Note.bulk_create([again], update_fields=["text"], on_conflict=["id"])
    assert await audit(note) == BY_BOB


async def test_bulk_update(note: Note) -> None:
    note.text = "b"
    with frozen(EVENING):
        assert await Note.bulk_update((each for each in [note]), ["text"]) == 1
    assert await audit(note) == BY_BOB


async def test_deletion_is_an_update(note: Note) -> None:
    employee = await Employee.get(name="Ann")
    with frozen(EVENING):
        await employee.delete()
        await Department.all().delete()
    for row in (await Employee.with_deleted().get(), await Department.with_deleted().get(), employee):
        assert (row.deleted_at, row.updated_at, row.updated_by) == (EVENING, EVENING, "bob (by cid)")


async def test_tables(office: TortoiseContext) -> None:
    columns = {name: field.null for name, field in Note._meta.fields_map.items()}
    assert (columns["created_at"], columns["updated_at"], columns["updated_by"]) == (False, False, True)
    assert Note._meta.pk.get_for_dialect("postgres", "SQL_TYPE") == "BIGINT"
    for model in (Note, Project, Tag, Department, Employee):
        assert isinstance(model.all(), QuerySet)
        assert model.all().model is model
        assert issubclass(model, SoftDelete) is model.soft_deletable
    assert TortoiseModel._meta.manager._model is TortoiseModel


async def test_locking_a_row_with_a_join(note: Note) -> None:
    locked = Note.filter(employee__department__name="Sales").select_related("employee").select_for_update()
    assert (await locked.get(text="a")).employee.name == "Ann"
    assert await Note.exclude(employee__tags__id__isnull=False).select_for_update() == [note]


def test_defaults_are_importable_in_a_migration() -> None:
    imports = ImportManager()
    assert [render_value(default, imports) for default in (now, audit_name)] == ["now", "audit_name"]
    assert imports.imports == {"kernel.clock": {"now"}, "kernel.models.base": {"audit_name"}}


class ProjectRecord(Schema):
    title: str
    budget: Amount
    due_on: Date | None


class SearchProjectsRequest(SearchRequest):
    budget: AtLeast[Amount] = None
    budget_to: Annotated[Amount | None, Filter("lte", "budget")] = None
    due_on: AtMost[Date] = None


@pytest.mark.usefixtures("office")
async def test_amounts_and_dates_compare_and_sort_by_their_values() -> None:
    """Not as the texts that SQLite keeps them as, of which 9 would be more than 100.25."""
    for day, budget in enumerate(["9.00", "100.25", "10.50", "9999999999999999.99"], start=8):
        await Project.create(title=budget, budget=Decimal(budget), due_on=f"2026-01-{day:02}")

    async def found(**asked: object) -> list[str]:
        request = SearchProjectsRequest.model_validate(asked)
        page = await paginate(Project.all(), request, ProjectRecord)
        return [f"{each['budget']} {each['dueOn']}" for each in page.model_dump(mode="json")["records"]]

    assert await found(orderBy=["-budget"]) == [
        "9999999999999999.99 2026-01-11",
        "100.25 2026-01-09",
        "10.50 2026-01-10",
        "9.00 2026-01-08",
    ]
    assert await found(budget="9.01", budgetTo=100.25, orderBy=["dueOn"]) == ["100.25 2026-01-09", "10.50 2026-01-10"]
    assert await found(dueOn="2026-01-09", orderBy=["budget"]) == ["9.00 2026-01-08", "100.25 2026-01-09"]
