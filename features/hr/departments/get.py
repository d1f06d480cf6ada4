"""Show one department."""

from features.hr.models import Department
from features.hr.records import DepartmentRecord
from kernel import SqidPath, Success, fetch_one, slice_router

router = slice_router()


@router.get("/{department_id}")
async def get_department(department_id: SqidPath) -> Success[DepartmentRecord]:
    return Success(data=await fetch_one(Department.filter(id=department_id), DepartmentRecord))
