"""HR's response codes, 4000 to 4099."""

from kernel import ResponseCode


class HrCode(ResponseCode):
    DEPARTMENT_REQUIRED = "4000", "A department that is in use is required."
    MANAGER_REQUIRED = "4001", "They manage a department; name a new manager first."
    CREATE_FORBIDDEN = "4002", "You may not take on anyone in this department."
    TAGS_EXCEED_LIMIT = "4003", "Too many tags for one employee."
    EMPLOYEE_NOT_IN_DEPT = "4004", "This employee does not belong to your department."
    USER_NOT_EMPLOYEE = "4005", "Your account does not belong to an employee."
    MANAGER_ONLY = "4006", "Only the manager of a department may do this."
    INVALID_TRANSITION = "4007", "This step is not possible from the employee's present state."
    MANAGER_INVALID = "4008", "The new manager must be an active member of the department."
