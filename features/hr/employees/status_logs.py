"""Show the steps of someone's employment, newest first."""

from features.hr.models import Employee, EmployeeStatusLog
from features.hr.records import EmployeeStatusLogRecord
from kernel import NotFound, SqidId, fetch_all, get


@get("/{employee_id}/status-logs")
async def status_logs(employee_id: SqidId[Employee]) -> list[EmployeeStatusLogRecord]:
    if not await Employee.visible().filter(id=employee_id).exists():
        raise NotFound.of(Employee)
    return await fetch_all(EmployeeStatusLog.filter(employee_id=employee_id).order_by("-id"), EmployeeStatusLogRecord)
