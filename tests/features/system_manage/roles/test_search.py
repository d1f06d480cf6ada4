"""system_manage.roles.search"""

import pytest
from syrupy.assertion import SnapshotAssertion

from kernel.identity.models import Role
from tests.callers import as_snapshot
from tests.conftest import SignedIn
from tests.features.system_manage.roles.rows import page


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    admin, home = await signed_in("R_ADMIN"), await page(1)
    await Role.filter(role_code__startswith="R_HR").update(home_id=home.id)
    query = {"role_code": "r_hr", "order_by": ["-roleName"], "size": 1}
    assert as_snapshot(await admin.call("system_manage.roles.search", **query), events) == snapshot


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"role_name": "hr m"}, ["R_HR_MANAGER"]),
        ({"role_code": "_hr_"}, ["R_HR_MANAGER", "R_HR_SPECIALIST"]),
        ({"role_desc": "onboards"}, ["R_HR_SPECIALIST"]),
        ({"data_scope": "scope"}, ["R_DEPT_MGR"]),
        ({"status_type": "2"}, ["R_EMPLOYEE"]),
    ],
)
async def test_filters(signed_in: SignedIn, filters: dict[str, str], expected: list[str]) -> None:
    await Role.filter(role_code="R_EMPLOYEE").update(status_type="2")
    answer = await (await signed_in("R_ADMIN")).call("system_manage.roles.search", **filters)
    assert [record["roleCode"] for record in answer.data["records"]] == expected
