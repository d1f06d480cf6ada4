import pytest

from features.hr.models import Department as HrDepartment
from features.notices.models import Department


@pytest.fixture(autouse=True)
async def managers_known(app):
    for each in await HrDepartment.all().select_related("manager"):
        await Department.create(department_id=each.id, manager_user_id=each.manager and each.manager.user_id)
