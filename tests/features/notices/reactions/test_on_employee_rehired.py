"""notices.reactions.on_employee_rehired"""

import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.events import EmployeeRehired
from tests.features.notices.facts import about, briefly, hear, told

pytestmark = pytest.mark.usefixtures("app")


async def test_success(snapshot: SnapshotAssertion) -> None:
    await hear(await about(EmployeeRehired, "Shen Gang"), times=2)
    assert await told() == snapshot


async def test_who_manages_the_department_by_now_is_told_as_who_came_back() -> None:
    await hear(await about(EmployeeRehired, "Zhou Hang"))
    (notice,) = await told()
    assert (briefly([notice]), notice["title"]) == (["zhouhang rehired"], "Welcome back, Zhou Hang")
