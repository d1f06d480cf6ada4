"""Nothing that is asked in the ordinary way shows, counts or changes a row that was deleted."""

import sys

import pytest
from tortoise import expressions, query_utils, queryset
from tortoise.context import TortoiseContext
from tortoise.exceptions import DoesNotExist, FieldError, IntegrityError
from tortoise.expressions import Case, Expression, F, Q, Subquery, When
from tortoise.functions import Coalesce, Count, Max, Sum, Upper
from tortoise.query_utils import Prefetch
from tortoise.queryset import QuerySet

from kernel.clock import now
from kernel.models import joins
from kernel.models.soft_delete import DeletedRowError
from tests.platform.kernel.models.office import Card, Department, Employee, Note, Project, Tag


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


@pytest.fixture
async def staff(office: TortoiseContext) -> Staff:
    staff = Staff()
    await staff.hire()
    return staff


async def names(rows: QuerySet[Employee]) -> list[str]:
    return sorted(row.name for row in await rows)


# The table that is asked


async def test_own_table(staff: Staff) -> None:
    assert await names(Employee.all()) == ["Ann", "Cid"]
    assert await names(Employee.filter(name__in=["Ann", "Bob"])) == ["Ann"]
    assert await names(Employee.exclude(name="Ann")) == ["Cid"]
    assert await names(Employee.filter(Q(name="Ann") | Q(name="Bob"))) == ["Ann"]
    assert await Employee.all().count() == 2
    assert not await Employee.exists(name="Bob")
    assert not await Employee.all().contains(staff.bob)
    assert await Employee.get_or_none(id=staff.bob.id) is None
    assert await Employee.in_bulk([staff.ann.id, staff.bob.id], "id") == {staff.ann.id: staff.ann}
    assert await Employee.annotate(n=Count("id")).count() == 2
    assert sorted(await Employee.all().values_list("name", flat=True)) == ["Ann", "Cid"]
    assert await Employee.all().union(Employee.filter(name="Bob")).count() == 2
    with pytest.raises(DoesNotExist):
        await Employee.get(name="Bob")


async def test_with_deleted_sees_all_rows_of_its_own_table_only(staff: Staff) -> None:
    assert await names(Employee.with_deleted()) == ["Ann", "Bob", "Cid"]
    assert await names(Employee.with_deleted().filter(department__name="Sales")) == ["Ann", "Bob"]
    assert await names(Employee.with_deleted().filter(department__name="Gone")) == []
    assert await names(Employee.with_deleted().filter(tags__name="kept")) == ["Ann", "Bob"]


async def test_related_managers(staff: Staff) -> None:
    assert await names(staff.sales.employees.all()) == ["Ann"]  # type: ignore[attr-defined]
    assert [row.name async for row in staff.sales.employees] == ["Ann"]  # type: ignore[attr-defined]
    assert [tag.name for tag in await staff.ann.tags.all()] == ["kept"]
    assert await staff.ann.tags.all().count() == 1
    assert await staff.cid.tags.all() == []
    assert await (await Employee.get(name="Cid")).department is None


async def test_many_to_many_links_are_added_and_removed(staff: Staff) -> None:
    tag = await Tag.create(name="new")
    await staff.ann.tags.add(tag)
    await staff.ann.tags.remove(staff.kept, staff.lost)
    assert await staff.ann.tags.all() == [tag]
    await staff.ann.tags.clear()
    assert await staff.ann.tags.all() == []


# Other tables, in instances


async def test_select_related(staff: Staff) -> None:
    ann = await Employee.get(name="Ann").select_related("department", "card")
    cid = await Employee.get(name="Cid").select_related("department", "card")
    assert (ann.department, ann.card) == (staff.sales, None)  # type: ignore[attr-defined]
    assert (cid.department, cid.card.number) == (None, "3")  # type: ignore[attr-defined]
    notes = await Note.all().select_related("employee__department").order_by("text")
    assert [note.employee and note.employee.name for note in notes] == ["Ann", None, "Cid"]
    assert notes[2].employee.department is None


async def test_only_across_a_relation(staff: Staff) -> None:
    cid = await Employee.get(name="Cid").only("name", "department__name")
    assert cid.department is None


async def test_prefetch_and_fetch(staff: Staff) -> None:
    cid = await Employee.get(name="Cid").prefetch_related("department", "tags", "card")
    assert (cid.department, list(cid.tags), cid.card.number) == (None, [], "3")  # type: ignore[attr-defined]
    ann = await Employee.get(name="Ann").prefetch_related("card")
    assert ann.card is None  # type: ignore[attr-defined]
    sales = await Department.get(name="Sales").prefetch_related(Prefetch("employees", Employee.all()))
    assert list(sales.employees) == [staff.ann]  # type: ignore[attr-defined]
    fresh = await Employee.get(name="Cid")
    await fresh.fetch_related("department", "tags")
    assert (fresh.department, list(fresh.tags)) == (None, [])
    note = await Note.get(text="Cid").prefetch_related("employee__department")
    assert note.employee.department is None


# Other tables, in filters


async def test_filter_forward(staff: Staff) -> None:
    assert await names(Employee.filter(department__name="Gone")) == []
    assert await names(Employee.filter(Q(name="Nobody") | Q(Q(department__name="Gone") & Q(name="Cid")))) == []
    assert await names(Employee.filter(department__id=staff.gone.id)) == []
    assert await names(Employee.filter(department__id__isnull=True)) == ["Cid"]
    # A relation in an F brings no join of its own, so one stands beside it.
    assert await names(Employee.filter(name__not=F("department__name"), department__id__not=0)) == ["Ann"]
    assert not await Employee.exists(department__name="Gone")
    assert await Employee.filter(department__name="Gone").count() == 0


async def test_filter_reverse(staff: Staff) -> None:
    assert await Department.filter(employees__name="Bob") == []
    assert await Department.filter(employees=staff.bob.id) == []
    assert await Department.filter(employees__in=[staff.bob.id, staff.ann.id]) == [staff.sales]
    assert await Note.filter(employee__department__employees=staff.bob.id) == []
    assert await Department.filter(employees__name="Ann") == [staff.sales]
    assert await names(Employee.filter(card__number="1")) == []
    assert await Department.filter(employees__card__number="1") == []


async def test_filter_two_hops_from_a_table_without_soft_delete(staff: Staff) -> None:
    assert await Note.filter(employee__name="Bob") == []
    assert await Note.filter(employee__department__name="Gone") == []
    assert await Note.filter(Q(employee__department__name="Gone") | Q(employee__name="Bob")).count() == 0
    assert await Note.filter(employee__tags__name="lost").count() == 0
    assert await Note.filter(employee__tags__name="kept").values_list("text", flat=True) == ["Ann"]


async def test_filter_many_to_many(staff: Staff) -> None:
    assert await names(Employee.filter(tags__name="lost")) == []
    assert await names(Employee.filter(tags=staff.lost.id)) == []
    assert await names(Employee.filter(tags__in=[staff.lost.id, staff.kept.id])) == ["Ann"]
    assert await names(Employee.filter(tags__id__isnull=True)) == ["Cid"]
    assert await names(Employee.filter(tags__not=staff.kept.id)) == ["Cid"]
    assert await Department.filter(employees__tags__in=[staff.lost.id]) == []
    assert await Tag.filter(employees__name="Bob") == []
    assert await Project.filter(members__name="Bob") == []
    assert await Project.filter(members__id__isnull=True).values_list("title", flat=True) == ["Bobs"]


async def test_exclude(staff: Staff) -> None:
    # As where there is no department at all: NOT NULL is NULL, so neither filter nor exclude finds Cid.
    assert await names(Employee.exclude(department__name="Gone")) == ["Ann"]
    assert await names(Employee.exclude(department__name="Sales")) == []
    assert await names(Employee.exclude(Q(department__id__isnull=True) | Q(name="Nobody"))) == ["Ann"]


async def test_filter_by_subquery(staff: Staff) -> None:
    gone = Department.filter(name="Gone")
    assert await names(Employee.filter(department_id__in=Subquery(gone.values("id")))) == []
    noted = Note.filter(employee__name__in=["Ann", "Bob"])
    assert await names(Employee.with_deleted().filter(id__in=Subquery(noted.values("employee_id")))) == ["Ann"]


async def test_a_filter_for_the_mark_of_a_related_row_is_refused(staff: Staff) -> None:
    for query in (
        lambda: Employee.filter(department__deleted_at__isnull=True),
        lambda: Employee.filter(Q(name="Ann") | ~Q(department__deleted_at__isnull=False)),
        lambda: Employee.exclude(department__deleted_at__gt=now()),
        lambda: Employee.get(department__deleted_at=None),
        lambda: Note.filter(employee__tags__deleted_at=None),
    ):
        with pytest.raises(FieldError, match=r"ask (department|employee__tags)__id__isnull"):
            await query()


# Other tables, in what is read


async def test_values(staff: Staff) -> None:
    rows = Employee.all().order_by("name")
    assert await rows.values_list("department__name", flat=True) == ["Sales", None]
    assert await rows.values("name", place="department__code") == [
        {"name": "Ann", "place": "S"},
        {"name": "Cid", "place": None},
    ]
    assert await rows.values_list("name", "tags__name") == [("Ann", "kept"), ("Cid", None)]
    notes = Note.all().order_by("text")
    assert await notes.values_list("employee__name", "employee__department__name") == [
        ("Ann", "Sales"),
        (None, None),
        ("Cid", None),
    ]


async def test_order_by(staff: Staff) -> None:
    await Employee.create(name="Dan", department=await Department.create(name="Accounts", code="A"))
    assert await Employee.filter(name__not="Cid").order_by("department__name").values_list("name", flat=True) == [
        "Dan",
        "Ann",
    ]
    # Cid's department sorts where NULL does, not between Accounts and Sales.
    assert (await Employee.all().order_by("department__name").values_list("name", flat=True))[1] != "Cid"


async def test_aggregates(staff: Staff) -> None:
    async def of_sales(**annotations: Expression) -> dict[str, object]:
        return await Department.annotate(**annotations).get(name="Sales").values(*annotations)

    assert await of_sales(n=Count("employees")) == {"n": 1}
    assert await of_sales(n=Count("employees__id", distinct=True)) == {"n": 1}
    assert await of_sales(n=Sum("employees__salary"), m=Max("employees__salary")) == {"n": 1, "m": 1}
    assert await of_sales(n=Sum(F("employees__salary") + 1)) == {"n": 2}
    assert await of_sales(n=Count("employees__tags")) == {"n": 1}
    tagged = await Employee.annotate(n=Count("tags")).order_by("name").values_list("name", "n")
    assert tagged == [("Ann", 1), ("Cid", 0)]
    assert await Department.annotate(n=Count("employees")).filter(n__gt=1) == []
    members = await Project.annotate(n=Count("members")).order_by("title").values_list("title", "n")
    assert members == [("Bobs", 0), ("Both", 1)]


async def test_aggregates_that_guard_themselves_are_allowed(staff: Staff) -> None:
    living = Q(employees__deleted_at__isnull=True)
    rows = Department.annotate(n=Count("employees", _filter=living), s=Sum("employees__salary", _filter=living))
    assert await rows.filter(n__gt=0).values_list("n", "s") == [(1, 1)]


async def test_functions_and_expressions(staff: Staff) -> None:
    rows = Employee.all().order_by("name")
    assert await rows.annotate(x=Upper("department__name")).values_list("x", flat=True) == ["SALES", None]
    assert await rows.annotate(x=Coalesce("department__name", "none")).values_list("x", flat=True) == ["Sales", "none"]
    assert await rows.annotate(x=F("department__name")).values_list("x", flat=True) == ["Sales", None]
    case = Case(When(department__deleted_at__isnull=True, then=F("department__name")))
    # The joined column beside it is what joins: Tortoise's Case brings no joins of its own.
    guarded = await rows.annotate(x=case).values_list("department__code", "x")
    assert guarded == [("S", "Sales"), (None, None)]


async def test_group_by(staff: Staff) -> None:
    await Employee.create(name="Dan", department=staff.sales)
    counted = Employee.annotate(n=Count("id")).group_by("department__name").values_list("department__name", "n")
    assert sorted(await counted, key=str) == [("Sales", 2), (None, 1)]


async def test_sql_by_hand_says_itself_what_it_sees(staff: Staff) -> None:
    rows = await Employee.raw("SELECT * FROM office_employee WHERE deleted_at IS NULL ORDER BY name")
    assert rows == [staff.ann, staff.cid]


def test_no_other_module_of_tortoise_makes_joins() -> None:
    """One that a new version adds would see deleted rows."""
    name = "get_joins_for_related_field"
    holders = [module for each, module in sys.modules.items() if each.startswith("tortoise.") and name in vars(module)]
    assert {query_utils, queryset, expressions} <= {*holders}
    assert [module.__name__ for module in holders if vars(module)[name] is joins._stock_joins] == []


# Writing


async def test_delete_marks_the_row(staff: Staff) -> None:
    await staff.ann.delete()
    assert staff.ann.deleted_at is not None
    assert await names(Employee.all()) == ["Cid"]
    assert await names(Employee.with_deleted()) == ["Ann", "Bob", "Cid"]


async def test_delete_once(staff: Staff) -> None:
    copy = await Employee.get(name="Ann")
    await staff.ann.delete()
    before = await Employee.with_deleted().get(name="Ann")
    for stale in (staff.ann, copy, staff.bob):
        with pytest.raises(DoesNotExist):
            await stale.delete()
    assert (await Employee.with_deleted().get(name="Ann")).deleted_at == before.deleted_at


async def test_queryset_delete_marks_the_rows(staff: Staff) -> None:
    assert await Employee.filter(name__in=["Ann", "Bob"]).delete() == 1
    assert await names(Employee.with_deleted()) == ["Ann", "Bob", "Cid"]
    assert await Employee.with_deleted().delete() == 1
    assert await Employee.all().count() == 0
    assert await Employee.with_deleted().count() == 3


async def test_queryset_delete_and_update_across_a_join(staff: Staff) -> None:
    assert await Employee.filter(department__name="Gone").delete() == 0
    assert await Employee.filter(department__name="Gone").update(name="x") == 0
    assert await Project.filter(members__name="Bob").delete() == 0
    await Project.filter(members__name="Ann").delete()
    assert await Project.all().values_list("title", flat=True) == ["Bobs"]
    assert await Employee.filter(department__name="Sales").update(salary=7) == 1
    assert (await Employee.with_deleted().get(id=staff.bob.id)).salary == 10


async def test_update_and_bulk_update_pass_over_deleted_rows(staff: Staff) -> None:
    assert await Employee.all().update(salary=5) == 2
    staff.ann.salary = staff.bob.salary = 6
    assert await Employee.bulk_update([staff.ann, staff.bob], ["salary"]) == 1
    salaries = Employee.with_deleted().order_by("name").values_list("salary", flat=True)
    assert await salaries == [6, 10, 5]


async def test_a_deleted_instance_is_not_saved(staff: Staff) -> None:
    staff.bob.name = "Rob"
    with pytest.raises(DeletedRowError, match="Employee"):
        await staff.bob.save()
    with pytest.raises(DeletedRowError):
        await staff.bob.save(update_fields=["name"])
    with pytest.raises(DeletedRowError):
        await staff.ann.save(update_fields=["name", "deleted_at"])
    assert (await Employee.with_deleted().get(id=staff.bob.id)).name == "Bob"


async def test_a_stale_copy_revives_nothing(staff: Staff) -> None:
    copy = await Employee.get(name="Ann")
    await staff.ann.delete()
    await copy.save()
    await Employee(id=copy.id, name="Ann", department=staff.sales).save(force_update=True)
    assert not await Employee.exists(id=copy.id)


async def test_refresh(staff: Staff) -> None:
    await staff.ann.refresh_from_db(["salary"])
    copy = await Employee.get(name="Ann")
    await staff.ann.delete()
    with pytest.raises(DoesNotExist):
        await copy.refresh_from_db(["name"])
    with pytest.raises(DeletedRowError):
        await copy.save()
    with pytest.raises(DoesNotExist):
        await staff.bob.refresh_from_db()


async def test_codes_are_reusable(staff: Staff) -> None:
    new, created = await Department.get_or_create(code="G", defaults={"name": "Found"})
    assert (created, new.id != staff.gone.id) == (True, True)
    assert await Department.get_or_create(code="G", defaults={"name": "Other"}) == (new, False)
    assert await Department.update_or_create(code="G", defaults={"name": "Again"}) == (new, False)
    assert (await Department.with_deleted().get(id=staff.gone.id)).name == "Gone"
    with pytest.raises(IntegrityError):
        await Department.create(code="G", name="Twice")


async def test_update_or_create_beside_a_deleted_row(staff: Staff) -> None:
    new, created = await Department.update_or_create(code="G", defaults={"name": "Found"})
    assert (created, new.id != staff.gone.id, new.name) == (True, True, "Found")
