"""What HR tells others. A fact carries ids and primitives; whoever needs more asks for it."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class EmployeeOnboarded:
    """Someone was taken on, in probation, and has an account."""

    employee_id: int
    user_id: int
    department_id: int


@dataclass(frozen=True, kw_only=True)
class EmployeeTransferred:
    """Someone moved to another department."""

    employee_id: int
    from_department_id: int
    to_department_id: int


@dataclass(frozen=True, kw_only=True)
class DepartmentManagerChanged:
    """A department got another manager; None stands for nobody."""

    department_id: int
    former_manager_id: int | None
    new_manager_id: int | None
