"""What HR tells others: facts, in ids and primitives, with what listeners ask for. The first field is whom a fact is about.

A field that is added gets a default: facts that were told before have none, and are read as if they had it.
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class EmployeeFact:
    """What every fact about an employee says: who they are by now, where they work, and who manages that department.

    The ids of users are None where there is no account, or no manager.
    """

    employee_id: int
    name: str
    user_id: int | None
    department_id: int
    department_name: str
    manager_user_id: int | None


@dataclass(frozen=True, kw_only=True)
class EmployeeOnboarded(EmployeeFact):
    """Someone was taken on, in probation."""


@dataclass(frozen=True, kw_only=True)
class EmployeeUpdated(EmployeeFact):
    """Someone's name, address, phone number, position or picture changed."""


@dataclass(frozen=True, kw_only=True)
class EmployeeTransferred(EmployeeFact):
    """Someone moved to another department; `department_id` is where they work now."""

    from_department_id: int
    from_department_name: str
    from_manager_user_id: int | None


@dataclass(frozen=True, kw_only=True)
class EmployeeRegularized(EmployeeFact):
    """Someone's probation ended well."""


@dataclass(frozen=True, kw_only=True)
class EmployeeResigned(EmployeeFact):
    """Someone left; their account is disabled."""


@dataclass(frozen=True, kw_only=True)
class EmployeeRehired(EmployeeFact):
    """Someone came back, in probation."""


@dataclass(frozen=True, kw_only=True)
class EmployeeDeleted(EmployeeFact):
    """Someone who had left is on file no longer."""


@dataclass(frozen=True, kw_only=True)
class DepartmentFact:
    """What every fact about a department says."""

    department_id: int
    department_name: str


@dataclass(frozen=True, kw_only=True)
class DepartmentCreated(DepartmentFact):
    """There is a new department."""


@dataclass(frozen=True, kw_only=True)
class DepartmentUpdated(DepartmentFact):
    """A department's own columns changed: its name, code, place in the tree or status."""


@dataclass(frozen=True, kw_only=True)
class DepartmentDeleted(DepartmentFact):
    """A department is no more."""


@dataclass(frozen=True, kw_only=True)
class DepartmentManagerChanged(DepartmentFact):
    """A department got another manager; None stands for nobody, and for a manager without an account."""

    former_manager_id: int | None
    former_manager_user_id: int | None
    new_manager_id: int | None
    new_manager_name: str | None
    new_manager_user_id: int | None


@dataclass(frozen=True, kw_only=True)
class TagCreated:
    """There is a new tag."""

    tag_id: int
    name: str


@dataclass(frozen=True, kw_only=True)
class TagDeleted:
    """A tag is no more, and nobody has it any longer."""

    tag_id: int
    name: str
