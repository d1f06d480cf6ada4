"""system_manage.roles.get"""

from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department
from kernel.identity.models import Role, RoleScope
from tests.callers import as_snapshot
from tests.conftest import SignedIn
from tests.features.system_manage.roles.rows import page


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    admin, role = await signed_in("R_ADMIN"), await Role.get(role_code="R_DEPT_MGR")
    await Role.filter(id=role.id).update(home_id=(await page(1)).id)
    assert as_snapshot(await admin.call("system_manage.roles.get", role_id=role.id), events) == snapshot


async def test_with_the_departments_that_it_reaches(
    signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion
) -> None:
    """As far as they are still there."""
    role = await Role.create(role_name="Auditors", role_code="R_AUDIT", data_scope="custom")
    gone = await Department.create(name="Gone", code="GONE")
    reached = [gone, await Department.get(code="RD"), await Department.get(code="HR")]
    for department in reached:
        await RoleScope.create(role=role, subject="department", row_id=department.id)
    await RoleScope.create(role=role, subject="of another kind", row_id=7)
    await gone.delete()
    answer = await (await signed_in("R_ADMIN")).call("system_manage.roles.get", role_id=role.id)
    assert as_snapshot(answer, events) == snapshot


async def test_nobody(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    assert (await admin.call("system_manage.roles.get", role_id=999_999)).code == "1101"
