"""Ids that nobody was given: in paths and in bodies."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqids.sqids import Sqids

from features.hr.models import Department, Employee, Tag
from kernel.identity.models import User
from kernel.ids import Kind, _sqids, kind_of
from kernel.settings import settings
from tests.callers import every_slice, id_kinds, method_of
from tests.conftest import SignedIn
from tests.hostile import verdict
from tests.state import unchanged

HR = "/api/v1/business/hr"
USERS, EMPLOYEES, DEPARTMENTS, TAGS = (kind_of(model) for model in (User, Employee, Department, Tag))

# The kernel's own encoder, for ids that look right but were never given out.
OURS = _sqids(settings().sqids_key)


def twin_of(kind: Kind) -> str:
    """Another string that decodes to the same row; only one of them is the id."""
    twin: str = OURS._Sqids__encode_numbers([kind.number, 1], 1)  # pyright: ignore[reportAttributeAccessIssue]  what encode() avoids
    assert OURS.decode(twin) == [kind.number, 1]
    return twin


def beyond_64_bits(kind: Kind) -> str:
    """Well-formed, of a number that no key can be."""
    beyond: str = OURS._Sqids__encode_numbers([kind.number, 2**63], 0)  # pyright: ignore[reportAttributeAccessIssue]  encode() refuses to
    assert OURS.decode(beyond) == [kind.number, 2**63]
    return beyond


def of_another_kind(kind: Kind) -> str:
    """The id of a row that exists: there is a user 1, a department 1, an employee 1."""
    other = kind_of(User if kind is not kind_of(User) else Department)
    return other.encode(1)


NOT_IDS: dict[str, Callable[[Kind], str]] = {
    "zero": lambda _: "0",
    "one": lambda _: "1",
    "negative": lambda _: "-1",
    "a fraction": lambda _: "1.5",
    "true": lambda _: "true",
    "null": lambda _: "null",
    "a word": lambda _: "search-it",
    "too short": lambda kind: kind.encode(1)[:-1],
    "another case": lambda kind: kind.encode(1).swapcase(),
    "non-canonical": twin_of,
    "of another alphabet": lambda _: Sqids(min_length=8).encode([1]),
    "of a row alone": lambda _: OURS.encode([1]),
    "of another kind": of_another_kind,
    "of three numbers": lambda kind: OURS.encode([kind.number, 1, 2]),
    "twice": lambda kind: kind.encode(1) * 2,
    "beyond 64 bits": beyond_64_bits,
    "32 characters": lambda _: "a" * 32,
    "33 characters": lambda _: "a" * 33,
    "5000 characters": lambda _: "a" * 5000,
    "blank": lambda _: " ",
    "with a blank": lambda kind: kind.encode(1) + " ",
    "with a line feed": lambda kind: kind.encode(1) + "\n",
    "braces": lambda _: "{}",
    "a template": lambda _: "{user_id}",
    "other digits": lambda _: "\uff11" * 8,
    "not ASCII": lambda _: "übermut!",
    "SQL": lambda _: "1 OR 1=1",
    "a dash": lambda _: "-",
    "a star": lambda _: "*",
    "dots": lambda _: "..",
}


def quoted(segment: str) -> str:
    """Every byte of it percent-encoded, so that none means anything to a client or a proxy on the way."""
    return "".join(f"%{byte:02x}" for byte in segment.encode())


@pytest.mark.parametrize("kind", NOT_IDS)
async def test_what_is_no_id_is_refused_in_every_path(signed_in: SignedIn, kind: str) -> None:
    soybean = await signed_in("R_SUPER")
    for route in every_slice():
        body: dict[str, Any] = {"files": {"file": b""}} if route.files else {"json": {}}
        asked = {name: each for name, each in id_kinds(route).items() if name in route.param_convertors}
        segments = dict.fromkeys(route.param_convertors, "word") | {
            name: each.encode(1) for name, each in asked.items()
        }
        for name in asked:
            url = route.path_format.format(**segments | {name: quoted(NOT_IDS[kind](asked[name]))})
            answer = await soybean.request(method_of(route), url, **body)
            assert (route.name, name, *verdict(answer)) == (route.name, name, 200, "1200")


async def test_a_nul_in_a_path_is_refused(signed_in: SignedIn) -> None:
    soybean = await signed_in("R_SUPER")
    for segment in ("%00", f"{EMPLOYEES.encode(1)}%00", f"a%00{EMPLOYEES.encode(1)}"):
        assert verdict(await soybean.get(f"{HR}/employees/{segment}")) == (200, "1200")


async def test_a_nul_in_a_query_is_refused(signed_in: SignedIn) -> None:
    soybean = await signed_in("R_SUPER")
    for url in ("/api/v1/route/exists?name=home%00", "/api/v1/route/user-routes?%00", f"{HR}/departments/tree?a=%00"):
        assert verdict(await soybean.get(url)) == (200, "1200")


IN_PATHS = [
    ("GET", "/api/v1/system-manage/users/{id}", USERS, None),
    ("GET", f"{HR}/employees/{{id}}", EMPLOYEES, None),
    ("PATCH", f"{HR}/employees/{{id}}/department", EMPLOYEES, {"departmentId": DEPARTMENTS.encode(1)}),
    ("GET", f"{HR}/departments/{{id}}", DEPARTMENTS, None),
    ("PATCH", f"{HR}/departments/{{id}}", DEPARTMENTS, {"name": "Nothing"}),
    ("DELETE", f"{HR}/departments/{{id}}", DEPARTMENTS, None),
]


@pytest.mark.parametrize("row_id", [0, 10**9, 2**31, 2**53 + 1, 2**63 - 1])
@pytest.mark.parametrize(("method", "url", "kind", "body"), IN_PATHS)
async def test_an_id_of_no_row(
    signed_in: SignedIn, method: str, url: str, kind: Kind, body: dict[str, str] | None, row_id: int
) -> None:
    """As large as a key can be."""
    soybean = await signed_in("R_SUPER")
    answer = await soybean.request(method, url.format(id=kind.encode(row_id)), json=body)
    assert verdict(answer) == (200, "1101")


async def test_the_id_of_a_deleted_row(signed_in: SignedIn) -> None:
    department = await Department.create(name="Legal", code="LE")
    await department.delete()
    employee = await Employee.get(name="Wang Wei")
    await employee.delete()
    soybean = await signed_in("R_SUPER")
    for method, url, kind, body in IN_PATHS[1:]:
        row = employee if kind is EMPLOYEES else department
        answer = await soybean.request(method, url.format(id=kind.encode(row.id)), json=body)
        assert (method, url, *verdict(answer)) == (method, url, 200, "1101")


async def test_an_id_of_another_kind_is_never_another_row(signed_in: SignedIn) -> None:
    """An employee's id, sent where a department's is asked for, would have moved somebody to that department."""
    hanmei = await signed_in("R_HR_MANAGER")
    wang = await Employee.get(name="Wang Wei")
    async with unchanged():
        answer = await hanmei.call("hr.employees.transfer", employee_id=wang.id, departmentId=EMPLOYEES.encode(1))
    assert (answer.code, answer.wrong_fields) == ("1200", ["departmentId"])
    assert answer.errors[0]["message"] == f"{EMPLOYEES.encode(1)!r} is not the id of a row of the kind 'department'"


async def in_a_body(caller: httpx.AsyncClient, field: str, value: object) -> tuple[int, str]:
    """The verdict on a request that has this value where an id belongs."""
    employee = EMPLOYEES.encode((await Employee.get(name="Wang Wei")).id)
    sales = DEPARTMENTS.encode((await Department.get(code="SA")).id)
    onboard = {"userName": "lilei", "name": "Li Lei", "departmentId": sales}
    requests: dict[str, tuple[str, str, dict[str, object]]] = {
        "search departmentId": ("POST", f"{HR}/employees/search", {"departmentId": value}),
        "search managerId": ("POST", f"{HR}/departments/search", {"managerId": value}),
        "transfer departmentId": ("PATCH", f"{HR}/employees/{employee}/department", {"departmentId": value}),
        "transfer newManagerEmployeeId": (
            "PATCH",
            f"{HR}/employees/{employee}/department",
            {"departmentId": sales, "newManagerEmployeeId": value},
        ),
        "onboard departmentId": ("POST", f"{HR}/employees", {**onboard, "departmentId": value}),
        "onboard tagIds": ("POST", f"{HR}/employees", {**onboard, "tagIds": [value]}),
        "delete ids": ("DELETE", f"{HR}/departments", {"ids": [value]}),
        "create parentId": ("POST", f"{HR}/departments", {"name": "Legal", "code": "LE", "parentId": value}),
        "move parentId": ("PATCH", f"{HR}/departments/{sales}", {"parentId": value}),
    }
    method, url, body = requests[field]
    return verdict(await caller.request(method, url, json=body))


FIELDS = {
    "search departmentId": DEPARTMENTS,
    "search managerId": EMPLOYEES,
    "transfer departmentId": DEPARTMENTS,
    "transfer newManagerEmployeeId": EMPLOYEES,
    "onboard departmentId": DEPARTMENTS,
    "onboard tagIds": TAGS,
    "delete ids": DEPARTMENTS,
    "create parentId": DEPARTMENTS,
    "move parentId": DEPARTMENTS,
}


@pytest.mark.parametrize("field", FIELDS)
async def test_what_is_no_id_is_refused_in_a_body(signed_in: SignedIn, field: str) -> None:
    soybean = await signed_in("R_SUPER")
    is_parent = field.endswith("parentId")
    for kind, make in NOT_IDS.items():
        if is_parent and kind == "zero":  # the root of a tree
            continue
        assert (kind, *await in_a_body(soybean, field, make(FIELDS[field]))) == (kind, 200, "1200")
    right = FIELDS[field].encode(1)
    others: list[Any] = [1, -1, 2**64, 1.0, True, False, [], {}, [right], {"id": right}]
    for value in others if is_parent else [*others, 0, 0.0]:
        assert (repr(value), *await in_a_body(soybean, field, value)) == (repr(value), 200, "1200")


@pytest.mark.parametrize("row_id", [0, 10**9, 2**63 - 1])
@pytest.mark.parametrize("field", [field for field in FIELDS if not field.startswith("search")])
async def test_an_id_of_no_row_in_a_body(signed_in: SignedIn, field: str, row_id: int) -> None:
    soybean = await signed_in("R_SUPER")
    if field == "transfer newManagerEmployeeId":  # of no account where there is nothing to hand over
        assert await in_a_body(soybean, field, FIELDS[field].encode(row_id)) == (200, "0000")
        return
    assert await in_a_body(soybean, field, FIELDS[field].encode(row_id)) == (200, "1101")
    assert not await Department.exists(code="LE")
    assert not await User.exists(user_name="lilei")


@pytest.mark.parametrize("field", ["search departmentId", "search managerId"])
async def test_a_search_by_an_id_of_no_row_finds_nothing(signed_in: SignedIn, field: str) -> None:
    soybean = await signed_in("R_SUPER")
    assert await in_a_body(soybean, field, FIELDS[field].encode(2**63 - 1)) == (200, "0000")


@pytest.mark.parametrize("root", [0, "0", None])
async def test_zero_is_the_root_of_a_tree(signed_in: SignedIn, root: object) -> None:
    soybean = await signed_in("R_SUPER")
    created = await soybean.post(f"{HR}/departments", json={"name": "Legal", "code": "LE", "parentId": root})
    found = await soybean.get(f"{HR}/departments/{created.json()['data']['createdId']}")
    assert found.json()["data"]["parentId"] is None
    assert (await Department.get(id=DEPARTMENTS.decode(created.json()["data"]["createdId"]))).parent_id is None
