"""Tell that someone moved to another department."""

import structlog

from features.hr.events import EmployeeTransferred
from kernel import on, public_id

log = structlog.get_logger(__name__)


@on(EmployeeTransferred)
async def tell(event: EmployeeTransferred) -> None:
    log.info(
        "employee transferred",
        employee_id=public_id("employee", event.employee_id),
        from_department_id=public_id("department", event.from_department_id),
        to_department_id=public_id("department", event.department_id),
    )
