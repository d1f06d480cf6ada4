"""Keep who manages which department: others' facts name departments, and whom they concern is a question of HR's tables."""

from features.hr.events import DepartmentManagerChanged
from features.notices.models import Department
from kernel import on


@on(DepartmentManagerChanged)
async def keep(event: DepartmentManagerChanged) -> None:
    await Department.update_or_create({"manager_user_id": event.new_manager_user_id}, department_id=event.department_id)
