"""The rows that a role names. What a caller sees of it is in `tests/features/system_manage/roles/test_set_data_scope.py`."""

import pytest

from features.hr.models import Department
from kernel.errors.refusals import NotFound
from kernel.identity.models import Role, RoleScope
from kernel.rbac.scope_rows import replace_scope_rows, scope_row_ids

pytestmark = pytest.mark.usefixtures("app")


async def rows_of(role: Role) -> list[tuple[str, int]]:
    return [(row.subject, row.row_id) for row in await RoleScope.filter(role=role).order_by("id")]


async def test_they_are_a_set() -> None:
    role = await Role.get(role_code="R_USER")
    await RoleScope.create(role=role, subject="planet", row_id=3)
    rd, hr, sales = [(await Department.get(code=code)).id for code in ("RD", "HR", "SA")]
    for row_ids in ([rd, hr], [hr, sales, hr], [hr, sales]):
        await replace_scope_rows(role.id, "department", row_ids)
        assert await scope_row_ids(role.id, "department") == sorted(set(row_ids))
    assert await rows_of(role) == [("planet", 3), ("department", hr), ("department", sales)]
    await replace_scope_rows(role.id, "department", [])
    assert await rows_of(role) == [("planet", 3)]


async def test_one_that_is_not_there() -> None:
    role, rd = await Role.get(role_code="R_USER"), await Department.get(code="RD")
    with pytest.raises(NotFound, match="1101 There is no such department"):
        await replace_scope_rows(role.id, "department", [rd.id, 999_999])
    assert await rows_of(role) == []


async def test_a_kind_that_no_table_is_scoped_by() -> None:
    """As where the module that had it was taken out."""
    role = await Role.get(role_code="R_USER")
    await RoleScope.create(role=role, subject="planet", row_id=3)
    assert await scope_row_ids(role.id, "planet") == []
    with pytest.raises(NotFound, match="1101 There is no such planet"):
        await replace_scope_rows(role.id, "planet", [3])
    await replace_scope_rows(role.id, "planet", [])
    assert await rows_of(role) == []
