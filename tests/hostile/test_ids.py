"""Ids that nobody was given: in paths and in bodies."""

from typing import Any

import httpx
import pytest
from sqids.sqids import Sqids

from features.hr.models import Department, Employee
from kernel.identity.models import User
from kernel.ids import _sqids, decode, encode
from kernel.settings import settings
from tests.callers import every_slice, method_of
from tests.conftest import SignedIn
from tests.hostile import verdict

HR = "/api/v1/business/hr"

# The kernel's own encoder, for ids that look right but were never given out.
OURS = _sqids(settings().sqids_key)


def twin_of(row_id: int) -> str:
    """Another string that decodes to the same number; only one of them is the id."""
    last = encode(row_id)[-1]
    twin = encode(row_id)[:-1] + ("a" if last != "a" else "b")
    assert OURS.decode(twin) == [row_id]
    return twin


def beyond_64_bits() -> str:
    """Well-formed, of a number that no key can be."""
    texts = (letter * 20 for letter in "abcdefghijklmnopqrstuvwxyz")
    return next(text for text in texts if len(found := OURS.decode(text)) == 1 and found[0] >= 2**63)


NOT_IDS = {
    "zero": lambda: "0",
    "one": lambda: "1",
    "negative": lambda: "-1",
    "a fraction": lambda: "1.5",
    "true": lambda: "true",
    "null": lambda: "null",
    "a word": lambda: "search-it",
    "too short": lambda: encode(1)[:-1],
    "another case": lambda: encode(1).swapcase(),
    "non-canonical": lambda: twin_of(1),
    "of another alphabet": lambda: Sqids(min_length=8).encode([1]),
    "of two numbers": lambda: OURS.encode([1, 2]),
    "twice": lambda: encode(1) * 2,
    "beyond 64 bits": beyond_64_bits,
    "32 characters": lambda: "a" * 32,
    "33 characters": lambda: "a" * 33,
    "5000 characters": lambda: "a" * 5000,
    "blank": lambda: " ",
    "with a blank": lambda: encode(1) + " ",
    "with a line feed": lambda: encode(1) + "\n",
    "braces": lambda: "{}",
    "a template": lambda: "{user_id}",
    "other digits": lambda: "\uff11" * 8,
    "not ASCII": lambda: "übermut!",
    "SQL": lambda: "1 OR 1=1",
    "a dash": lambda: "-",
    "a star": lambda: "*",
    "dots": lambda: "..",
}


def quoted(segment: str) -> str:
    """Every byte of it percent-encoded, so that none means anything to a client or a proxy on the way."""
    return "".join(f"%{byte:02x}" for byte in segment.encode())


@pytest.mark.parametrize("kind", NOT_IDS)
async def test_what_is_no_id_is_refused_in_every_path(signed_in: SignedIn, kind: str) -> None:
    soybean = await signed_in("R_SUPER")
    for route in every_slice():
        head, parameter, tail = route.path_format.partition("/{")
        if not parameter:
            continue
        url = f"{head}/{quoted(NOT_IDS[kind]())}{tail.partition('}')[2]}"
        answer = await soybean.request(method_of(route), url, json={})
        assert (route.name, *verdict(answer)) == (route.name, 200, "1200")


async def test_a_nul_in_a_path_is_refused(signed_in: SignedIn) -> None:
    soybean = await signed_in("R_SUPER")
    for segment in ("%00", f"{encode(1)}%00", f"a%00{encode(1)}"):
        assert verdict(await soybean.get(f"{HR}/employees/{segment}")) == (200, "1200")


async def test_a_nul_in_a_query_is_refused(signed_in: SignedIn) -> None:
    soybean = await signed_in("R_SUPER")
    for url in ("/api/v1/route/exists?name=home%00", "/api/v1/route/user-routes?%00", f"{HR}/departments/tree?a=%00"):
        assert verdict(await soybean.get(url)) == (200, "1200")


IN_PATHS = [
    ("GET", "/api/v1/system-manage/users/{id}", None),
    ("GET", f"{HR}/employees/{{id}}", None),
    ("PATCH", f"{HR}/employees/{{id}}/department", {"departmentId": encode(1)}),
    ("GET", f"{HR}/departments/{{id}}", None),
    ("PATCH", f"{HR}/departments/{{id}}", {"name": "Nothing"}),
    ("DELETE", f"{HR}/departments/{{id}}", None),
]


@pytest.mark.parametrize("row_id", [0, 10**9, 2**31, 2**53 + 1, 2**63 - 1])
@pytest.mark.parametrize(("method", "url", "body"), IN_PATHS)
async def test_an_id_of_no_row(
    signed_in: SignedIn, method: str, url: str, body: dict[str, str] | None, row_id: int
) -> None:
    """As large as a key can be."""
    soybean = await signed_in("R_SUPER")
    answer = await soybean.request(method, url.format(id=encode(row_id)), json=body)
    assert verdict(answer) == (200, "1101")


async def test_the_id_of_a_deleted_row(signed_in: SignedIn) -> None:
    department = await Department.create(name="Legal", code="LE")
    await department.delete()
    employee = await Employee.get(name="Wang Wei")
    await employee.delete()
    soybean = await signed_in("R_SUPER")
    for method, url, body in IN_PATHS[1:]:
        row = employee if "employees" in url else department
        answer = await soybean.request(method, url.format(id=encode(row.id)), json=body)
        assert (method, url, *verdict(answer)) == (method, url, 200, "1101")


async def test_an_id_of_another_resource_is_just_a_number(signed_in: SignedIn) -> None:
    """Ids are per key, not per table: what opens nothing is refused by the access rule, not by the id."""
    hanmei = await signed_in("R_HR_MANAGER")
    user = await User.get(user_name="hanmei")
    assert verdict(await hanmei.get(f"/api/v1/system-manage/users/{encode(user.id)}")) == (200, "2201")


async def in_a_body(caller: httpx.AsyncClient, field: str, value: object) -> tuple[int, str]:
    """The verdict on a request that has this value where an id belongs."""
    employee = encode((await Employee.get(name="Wang Wei")).id)
    sales = encode((await Department.get(code="SA")).id)
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


FIELDS = [
    "search departmentId",
    "search managerId",
    "transfer departmentId",
    "transfer newManagerEmployeeId",
    "onboard departmentId",
    "onboard tagIds",
    "delete ids",
    "create parentId",
    "move parentId",
]


@pytest.mark.parametrize("field", FIELDS)
async def test_what_is_no_id_is_refused_in_a_body(signed_in: SignedIn, field: str) -> None:
    soybean = await signed_in("R_SUPER")
    is_parent = field.endswith("parentId")
    for kind, make in NOT_IDS.items():
        if is_parent and kind == "zero":  # the root of a tree
            continue
        assert (kind, *await in_a_body(soybean, field, make())) == (kind, 200, "1200")
    others: list[Any] = [1, -1, 2**64, 1.0, True, False, [], {}, [encode(1)], {"id": encode(1)}]
    for value in others if is_parent else [*others, 0, 0.0]:
        assert (repr(value), *await in_a_body(soybean, field, value)) == (repr(value), 200, "1200")


@pytest.mark.parametrize("row_id", [0, 10**9, 2**63 - 1])
@pytest.mark.parametrize("field", [field for field in FIELDS if not field.startswith("search")])
async def test_an_id_of_no_row_in_a_body(signed_in: SignedIn, field: str, row_id: int) -> None:
    soybean = await signed_in("R_SUPER")
    if field == "transfer newManagerEmployeeId":  # of no account where there is nothing to hand over
        assert await in_a_body(soybean, field, encode(row_id)) == (200, "0000")
        return
    assert await in_a_body(soybean, field, encode(row_id)) == (200, "1101")
    assert not await Department.exists(code="LE")
    assert not await User.exists(user_name="lilei")


@pytest.mark.parametrize("field", ["search departmentId", "search managerId"])
async def test_a_search_by_an_id_of_no_row_finds_nothing(signed_in: SignedIn, field: str) -> None:
    soybean = await signed_in("R_SUPER")
    assert await in_a_body(soybean, field, encode(2**63 - 1)) == (200, "0000")


@pytest.mark.parametrize("root", [0, "0", None])
async def test_zero_is_the_root_of_a_tree_and_stays_zero(signed_in: SignedIn, root: object) -> None:
    soybean = await signed_in("R_SUPER")
    created = await soybean.post(f"{HR}/departments", json={"name": "Legal", "code": "LE", "parentId": root})
    found = await soybean.get(f"{HR}/departments/{created.json()['data']['createdId']}")
    assert found.json()["data"]["parentId"] == 0
    assert (await Department.get(id=decode(created.json()["data"]["createdId"]))).parent_id is None
