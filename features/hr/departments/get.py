"""Show one department."""

from features.hr.models import Department
from features.hr.records import DepartmentRecord
from kernel import SqidId, fetch_one, get


@get("/{department_id}")
async def get_department(department_id: SqidId[Department]) -> DepartmentRecord:
    return await fetch_one(Department.filter(id=department_id), DepartmentRecord)
