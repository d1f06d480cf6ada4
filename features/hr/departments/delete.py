"""Delete a department that nobody works in and no other stands below. Its code is free again."""

from features.hr.employment import refuse_departments_in_use
from features.hr.events import DepartmentDeleted
from features.hr.models import Department
from kernel import Deleted, SqidId, delete, emit


@delete("/{department_id}", button="B_HR_DEPT_DELETE")
async def delete_department(department_id: SqidId[Department]) -> Deleted[Department]:
    department = await Department.for_update(department_id)
    await refuse_departments_in_use([department_id])
    await department.delete()
    emit(DepartmentDeleted(**department.facts()))
    return Deleted(deleted_id=department_id)
