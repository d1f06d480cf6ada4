"""Show all departments as a tree, siblings in their order."""

from features.hr.models import Department
from features.hr.records import DepartmentRecord
from kernel import Success, build_tree, fetch_all, slice_router

router = slice_router()


class DepartmentNode(DepartmentRecord):
    children: list["DepartmentNode"]


@router.get("/tree")
async def department_tree() -> Success[list[DepartmentNode]]:
    records = await fetch_all(Department.all(), DepartmentRecord)
    nodes = [DepartmentNode.model_construct(**dict(record), children=[]) for record in records]
    return Success(data=build_tree(nodes))
