"""notices.reactions.on_employee_resigned"""

import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.events import EmployeeResigned
from tests.features.notices.facts import about, hear, told

pytestmark = pytest.mark.usefixtures("app")


async def test_success(snapshot: SnapshotAssertion) -> None:
    await hear(await about(EmployeeResigned, "Wang Wei"), times=2)
    assert await told() == snapshot


async def test_who_is_gone_themselves_is_not_told() -> None:
    """Their successor may not be known here yet."""
    await hear(await about(EmployeeResigned, "Zhou Hang"))
    assert await told() == []
