"""From a query to records, in as few statements as there are tables to look into."""

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Annotated, Any

import pytest

from features.hr.models import Department, Employee, Tag
from kernel import (
    AuditedRecord,
    Contains,
    Exact,
    InvalidInput,
    NotFound,
    PublicId,
    Schema,
    SearchRequest,
    Source,
    SourceList,
    fetch_all,
    fetch_one,
    paginate,
)
from kernel.schema.envelope import refused as answer_of
from tests.conftest import Cost

Counting = Callable[[], AbstractContextManager[Cost]]

pytestmark = pytest.mark.usefixtures("app")


class EmployeeRecord(AuditedRecord[Employee]):
    name: str
    department_name: Annotated[str | None, Source("department__name")]
    tag_ids: Annotated[list[PublicId[Tag]], SourceList("tags", "id")]
    tag_names: Annotated[list[str], SourceList("tags", "name")]


class NameOnly(Schema):
    name: str


class NameAndTags(Schema):
    name: str
    tag_names: Annotated[list[str], SourceList("tags", "name")]


class SearchEmployeesRequest(SearchRequest):
    name: Exact[str] = None


class SearchByPartOfNameRequest(SearchRequest):
    name: Contains = None


def query(**asked: Any) -> SearchEmployeesRequest:
    return SearchEmployeesRequest.model_validate(asked)


async def tagged(name: str, *tags: str) -> Employee:
    employee = await Employee.create(name=name, department=await Department.get(code="SA"))
    for tag in tags:
        await employee.tags.add((await Tag.get_or_create(name=tag, defaults={"category": "skill"}))[0])
    return employee


async def names(**asked: Any) -> list[str]:
    page = await paginate(Employee.all(), query(**asked), EmployeeRecord)
    return [record.name for record in page.records]


async def test_a_record_says_where_its_fields_come_from() -> None:
    ann = await tagged("Ann", "welding", "chess")
    record = await fetch_one(Employee.filter(id=ann.id), EmployeeRecord)
    chess, welding = await Tag.get(name="chess"), await Tag.get(name="welding")
    assert (record.id, record.name, record.department_name) == (ann.id, "Ann", "Sales")
    assert (record.tag_ids, record.tag_names) == ([welding.id, chess.id], ["welding", "chess"])
    assert record.created_at == ann.created_at


async def test_a_row_without_any_has_none() -> None:
    await tagged("Ann")
    assert (await fetch_one(Employee.filter(name="Ann"), EmployeeRecord)).tag_names == []


async def test_a_deleted_row_has_its_lists_too() -> None:
    wang = await Employee.get(name="Wang Wei")
    await wang.tags.add(await Tag.get(name="German"))
    before = await fetch_one(Employee.filter(id=wang.id), NameAndTags)
    await wang.delete()
    after = await fetch_one(Employee.with_deleted().filter(id=wang.id), NameAndTags)
    assert after.tag_names == before.tag_names
    assert "German" in after.tag_names


async def test_each_row_has_its_own() -> None:
    await tagged("Ann", "welding", "chess")
    await tagged("Bob")
    await tagged("Cid", "chess")
    records = await fetch_all(Employee.filter(name__in=["Ann", "Bob", "Cid"]).order_by("-name"), EmployeeRecord)
    assert [(each.name, sorted(each.tag_names)) for each in records] == [
        ("Cid", ["chess"]),
        ("Bob", []),
        ("Ann", ["chess", "welding"]),
    ]


async def test_a_record_need_not_show_the_id() -> None:
    await tagged("Ann", "chess")
    assert await fetch_one(Employee.filter(name="Ann"), NameAndTags) == NameAndTags(name="Ann", tag_names=["chess"])


async def test_a_deleted_row_is_not_shown_through_a_relation() -> None:
    await tagged("Ann")
    await Department.filter(code="SA").delete()
    assert (await fetch_one(Employee.filter(name="Ann"), EmployeeRecord)).department_name is None


async def test_only_the_columns_of_the_record_are_read(counting: Counting) -> None:
    with counting() as cost:
        await fetch_all(Employee.all(), NameOnly)
    (statement,) = cost.statements
    assert "phone" not in statement
    assert "name" in statement


async def test_no_row_is_not_found() -> None:
    with pytest.raises(NotFound, match="There is no such employee"):
        await fetch_one(Employee.filter(id=0), EmployeeRecord)


async def test_a_page() -> None:
    page = await paginate(Employee.all(), query(current=2, size=25), EmployeeRecord)
    assert (page.total, page.current, page.size, len(page.records)) == (60, 2, 25, 25)
    assert [record.id for record in page.records] == sorted(record.id for record in page.records)
    last = await paginate(Employee.all(), query(current=3, size=25), EmployeeRecord)
    assert len(last.records) == 10
    assert not {record.id for record in page.records} & {record.id for record in last.records}


async def test_filters_are_those_of_the_query() -> None:
    await tagged("Ann")
    page = await paginate(Employee.all(), query(name="Ann"), EmployeeRecord)
    assert (page.total, [record.name for record in page.records]) == (1, ["Ann"])


@pytest.mark.parametrize(
    ("needle", "found"),
    [
        ("%", ["50% Off", "Back%slash\\"]),
        ("_", ["Under_Score"]),
        ("\\", ["Back%slash\\"]),
        ("0% o", ["50% Off"]),
        ("' OR 1=1 --", []),
        ("JÜRGEN M", ["Jürgen Müller"]),
        ("müll", ["Jürgen Müller"]),
    ],
)
async def test_a_text_is_found_anywhere_in_any_case_and_literally(needle: str, found: list[str]) -> None:
    for name in ("50% Off", "500 Off", "Under_Score", "UnderXScore", "Back%slash\\", "Jürgen Müller"):
        await tagged(name)
    page = await paginate(Employee.all(), SearchByPartOfNameRequest.model_validate({"name": needle}), NameOnly)
    assert [record.name for record in page.records] == found


@pytest.mark.parametrize("size", [1, 50])
async def test_a_page_costs_two_statements_and_one_for_each_relation(size: int, counting: Counting) -> None:
    await tagged("Ann", "welding", "chess")
    with counting() as plain:
        await paginate(Employee.all(), query(size=size), NameOnly)
    with counting() as with_tags:
        await paginate(Employee.all(), query(size=size), EmployeeRecord)
    assert (len(plain.statements), len(with_tags.statements)) == (2, 3)


async def test_a_page_behind_the_last_costs_one(counting: Counting) -> None:
    with counting() as cost:
        page = await paginate(Employee.all(), query(current=7), EmployeeRecord)
    assert (page.records, page.total, len(cost.statements)) == ([], 60, 1)


async def test_the_order_is_the_one_asked_for() -> None:
    ascending = await names(order_by=["name"], size=1000)
    assert await names(order_by=["-name"], size=1000) == ascending[::-1]
    assert await names(size=1000) not in (ascending, ascending[::-1])


async def test_the_second_field_decides_among_equals_of_the_first() -> None:
    page = await paginate(Employee.all(), query(order_by=["departmentName", "-name"], size=1000), EmployeeRecord)
    sales = [record.name for record in page.records if record.department_name == "Sales"]
    descending = await names(order_by=["-name"], size=1000)
    assert sales == [name for name in descending if name in sales]
    assert len(sales) > 1


async def test_it_may_be_that_of_a_column_elsewhere() -> None:
    page = await paginate(Employee.all(), query(order_by=["departmentName"], size=1000), EmployeeRecord)
    shown = [record.department_name or "" for record in page.records]
    assert shown == sorted(shown)
    assert len(set(shown)) > 1


async def test_both_spellings_are_understood() -> None:
    on_the_wire = await names(order_by=["-departmentName"])
    assert await names(order_by=["-department_name"]) == on_the_wire
    assert await names() != on_the_wire


async def test_among_equals_the_id_decides(counting: Counting) -> None:
    with counting() as cost:
        await names(order_by=["-createdAt"])
    assert re.search(r'ORDER BY [^,]*"created_at" DESC,[^,]*"id" ASC', cost.statements[1])
    page = await paginate(Employee.all(), query(order_by=["-createdAt"], size=1000), EmployeeRecord)
    keys = [(-record.created_at.timestamp(), record.id) for record in page.records]
    assert len({created for created, _ in keys}) < len(keys)
    assert keys == sorted(keys)


@pytest.mark.parametrize(
    "wanted",
    [
        "phone",
        "tagNames",
        "tag_ids",
        "fmtCreatedAt",
        "department",
        "",
        "-",
        "--name",
        "name ",
        "name; DROP TABLE hr_employee",
        "(SELECT 1)",
        "user__password_hash",
    ],
)
async def test_only_fields_of_the_record_can_be_ordered_by(wanted: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await names(order_by=[wanted])
    (error,) = json.loads(bytes(answer_of(refused.value).body))["data"]["errors"]
    assert error["field"] == "orderBy"
    assert "createdAt, createdBy, departmentName, id, name, updatedAt, updatedBy" in error["message"]
