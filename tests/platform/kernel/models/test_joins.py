"""Nothing that is asked of one table shows or counts a deleted row of another."""

import sys

import pytest
from tortoise import expressions, query_utils, queryset
from tortoise.exceptions import FieldError
from tortoise.expressions import Case, Expression, F, Q, Subquery, When
from tortoise.functions import Coalesce, Count, Max, Sum, Upper
from tortoise.query_utils import Prefetch

from kernel.clock import now
from kernel.models import joins
from tests.platform.kernel.models.office import Department, Employee, Note, Project, Staff, Tag, names

# Other tables, in instances


async def test_select_related(staff: Staff) -> None:
    ann = await Employee.get(name="Ann").select_related("department", "card")
    cid = await Employee.get(name="Cid").select_related("department", "card")
    assert (ann.department, ann.card) == (staff.sales, None)  # type: ignore[attr-defined]  relations that Tortoise adds, here and below
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
