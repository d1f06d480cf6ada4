"""Show all departments as a tree, siblings in their order."""

from features.hr.models import Department
from features.hr.records import DepartmentRecord
from kernel import build_tree, fetch_all, get


class DepartmentNode(DepartmentRecord):
    children: list["DepartmentNode"]


@get("/tree")
async def department_tree() -> list[DepartmentNode]:
    records = await fetch_all(Department.all(), DepartmentRecord)
    nodes = [DepartmentNode.model_construct(**dict(record), children=[]) for record in records]
    return build_tree(nodes)
