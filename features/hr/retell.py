"""HR's present state, as the facts that would have led to it: for a module that is new."""

from collections.abc import Iterator

from features.hr.events import (
    DepartmentCreated,
    DepartmentManagerChanged,
    EmployeeOnboarded,
    EmployeeRegularized,
    EmployeeResigned,
    TagCreated,
)
from features.hr.models import Department, Employee, EmployeeStatus, Tag
from kernel import Retold


def of_tag(tag: Tag) -> Iterator[object]:
    yield TagCreated(tag_id=tag.id, name=tag.name)


def of_department(department: Department) -> Iterator[object]:
    yield DepartmentCreated(department_id=department.id, department_name=department.name)
    manager = department.manager
    yield DepartmentManagerChanged(
        department_id=department.id,
        department_name=department.name,
        former_manager_id=None,
        former_manager_user_id=None,
        new_manager_id=manager and manager.id,
        new_manager_name=manager and manager.name,
        new_manager_user_id=manager and manager.user_id,
    )


def of_employee(employee: Employee) -> Iterator[object]:
    facts = employee.facts(employee.department)
    yield EmployeeOnboarded(**facts)
    if employee.status == EmployeeStatus.ACTIVE:
        yield EmployeeRegularized(**facts)
    if employee.status == EmployeeStatus.RESIGNED:
        yield EmployeeResigned(**facts)


retold = [
    Retold(Tag.all, of_tag),
    Retold(lambda: Department.all().prefetch_related("manager"), of_department),
    Retold(lambda: Employee.unscoped().prefetch_related("department"), of_employee),
]
