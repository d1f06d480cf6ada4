"""system_manage.apis.search"""

from datetime import timedelta
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from kernel import Status
from kernel.identity.models import Api
from kernel.schema.types import to_millis
from tests.callers import Caller, as_snapshot, every_slice
from tests.conftest import NOW, Counting, SignedIn


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    soybean = await signed_in("R_SUPER")
    await Api.all().delete()
    for number, name in enumerate(["hr.tests.send", "hr.tests.search", "system_manage.tests.get"]):
        facts = {"api_path": f"/api/v1/{name}", "api_method": "post", "summary": f"It is {name}.", "tags": ["hr/tests"]}
        await Api.create(id=901 + number, route_key=name, **facts)
    assert as_snapshot(await soybean.call("system_manage.apis.search", order_by=["routeKey"]), events) == snapshot


async def test_without_a_word_only_business_modules(signed_in: SignedIn) -> None:
    """Those are all but the ones that manage the kernel's own state."""
    admin, built_in = await signed_in("R_ADMIN"), ("auth.", "health.", "radar.", "route.", "system_manage.")
    all_names = [route.name for route in every_slice()]
    assert await names(admin) == sorted(name for name in all_names if not name.startswith(built_in))
    assert await names(admin, include_system=True) == sorted(all_names)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"api_path": "EMPLOYEES/{employee_id}/DEP"}, ["hr.employees.transfer"]),
        ({"route_key": "employees.tran"}, ["hr.employees.transfer"]),
        ({"summary": "to another department"}, ["hr.employees.transfer"]),
        ({"api_path": "%"}, []),
        ({"api_method": "get", "route_key": "hr.departments.t"}, ["hr.departments.tree"]),
        ({"api_method": "put", "route_key": "hr.departments"}, []),
        ({"status_type": "2"}, ["hr.departments.get"]),
        ({"tags": ["system_manage/apis"]}, []),
        ({"tags": ["health"], "include_system": True}, ["health.live", "health.ready"]),
        ({"tags": [], "route_key": "departments.tree"}, ["hr.departments.tree"]),
        ({"tags": ["hr/dep"]}, []),
        ({"tags": ["h%"]}, []),
    ],
)
async def test_filters(filters: dict[str, Any], expected: list[str], signed_in: SignedIn) -> None:
    await Api.filter(route_key="hr.departments.get").update(status_type=Status.DISABLED)
    assert await names(await signed_in("R_ADMIN"), **filters) == expected


async def test_tags_find_one_or_the_other_and_what_is_below(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    hr = [name for name in await names(admin) if name.startswith("hr.")]
    assert await names(admin, tags=["hr"]) == hr
    two = [name for name in hr if name.startswith(("hr.departments.", "hr.employees."))]
    assert await names(admin, tags=["hr/departments", "hr/employees"]) == two


async def test_filter_by_time_of_creation(signed_in: SignedIn) -> None:
    yesterday = NOW - timedelta(days=1)
    await Api.filter(route_key="hr.departments.tree").update(created_at=yesterday)
    moment = to_millis(yesterday)
    times = {"created_at_start": moment, "created_at_end": moment}
    assert await names(await signed_in("R_ADMIN"), **times) == ["hr.departments.tree"]


@pytest.mark.parametrize("wrong", [{"apiMethod": "GET"}, {"statusType": "3"}, {"tags": "hr"}, {"orderBy": ["roles"]}])
async def test_wrong_values(wrong: dict[str, Any], signed_in: SignedIn) -> None:
    answer = await (await signed_in("R_ADMIN")).call("system_manage.apis.search", **wrong)
    assert (answer.code, answer.wrong_fields) == ("1200", list(wrong))


async def test_it_costs_two_statements(signed_in: SignedIn, counting: Counting) -> None:
    admin = await signed_in("R_ADMIN")
    await admin.warm()
    with counting() as cost:
        await admin.call("system_manage.apis.search", size=50)
    assert len(cost.statements) == 2


async def names(caller: Caller, **query: object) -> list[str]:
    answer = await caller.call("system_manage.apis.search", **{"size": 1000, "order_by": ["routeKey"], **query})
    return [record["routeKey"] for record in answer.data["records"]]
