"""Tell that someone joined."""

import structlog

from features.hr.events import EmployeeOnboarded
from kernel import on, public_id

log = structlog.get_logger(__name__)


@on(EmployeeOnboarded)
async def tell(event: EmployeeOnboarded) -> None:
    log.info(
        "employee onboarded",
        employee_id=public_id("employee", event.employee_id),
        department_id=public_id("department", event.department_id),
    )
