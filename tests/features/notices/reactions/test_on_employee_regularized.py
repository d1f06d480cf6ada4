"""notices.reactions.on_employee_regularized"""

import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.events import EmployeeRegularized
from tests.features.notices.facts import about, hear, told

pytestmark = pytest.mark.usefixtures("app")


async def test_success(snapshot: SnapshotAssertion) -> None:
    await hear(await about(EmployeeRegularized, "Xie Ting"), times=2)
    assert await told() == snapshot
