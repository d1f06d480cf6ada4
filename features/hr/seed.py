"""A believable company for demo mode: 6 departments, 60 employees with accounts, 12 tags. And as many more as you like.

Everything is fixed, nothing random, so that every installation and every test sees the same people.
"""

from collections.abc import Callable
from typing import NamedTuple

from tortoise.backends.base.client import BaseDBAsyncClient

from features.hr.figures import FIGURES
from features.hr.models import Department, Employee, EmployeeStatus, Tag
from kernel import (
    DEMO_PASSWORD,
    Gender,
    NewPassword,
    OperatorError,
    Status,
    grant_role,
    open_account,
    outdate,
    transaction,
)

DEMO_ACCOUNTS = {
    "hanmei": "R_HR_MANAGER, R_DEPT_MGR (Human Resources)",
    "liuqing": "R_HR_SPECIALIST",
    "zhouhang": "R_DEPT_MGR (Research and Development)",
    "linyan": "R_DEPT_MGR (Sales)",
    "wangwei": "R_EMPLOYEE, as are all others: the user name is the name in lower case",
}
_FURTHER_ROLES = {"hanmei": "R_HR_MANAGER", "liuqing": "R_HR_SPECIALIST"}


class _Department(NamedTuple):
    code: str
    name: str
    description: str
    people: str  # the manager first; "-" behind a name: a woman; "?" in probation; "!" has resigned


_ROOT = "HQ"
_DEPARTMENTS = [
    _Department(
        "HQ", "Headquarters", "Management and the front office", "Zhao Min, Chen Jing-, Yang Fan, Wu Xia-, Sun Yi?"
    ),
    _Department(
        "HR", "Human Resources", "Who works here", "Han Mei-, Liu Qing-, Tang Rui, Feng Yu-?, Cao Ning-, Deng Kai!"
    ),
    _Department(
        "RD",
        "Research and Development",
        "Builds what the company sells",
        "Zhou Hang, Wang Wei, Li Na-, Zhang Lei, Xu Jie, He Lin-, Guo Tao, Ma Chao, Luo Dan-, Zheng Hao, Liang Yue-, Song Bo,"
        " Xie Ting-?, Pan Long?, Yu Fei, Dong Xue-, Xiao Peng, Cheng Lu-, Shen Gang!, Lu Yao-, Jiang Bin?, Cai Qi",
    ),
    _Department(
        "PD",
        "Product",
        "Decides what is built next",
        "Jia Ning-, Ding Yang, Wei Lan-, Xue Feng, Ye Zi-, Yan Jun?, Du Juan-!",
    ),
    _Department(
        "SA",
        "Sales",
        "Finds and keeps the customers",
        "Lin Yan-, Dai Wen, Xia Yun-, Zhong Qiang, Tian Mi-, Ren Xin, Jin Hua-, Lu Ping, Fan Li-?, Fang Zhi, Shi Lei!, Yao Na-?,"
        " Tan Song, Liao Fang-",
    ),
    _Department(
        "FI", "Finance", "Counts, pays and reports", "Zou Heng, Xiong Jia-, Jin Rui, Lu Han-, Hao Jian?, Kong Li-!"
    ),
]
_TAGS = {
    "skill": ["Python", "SQL", "Front end", "Design", "Negotiation", "Accounting"],
    "language": ["English", "German", "Japanese"],
    "role": ["First aid", "Mentor", "Works council"],
}
_POSITIONS = {
    "HQ": ["Managing director", "Office manager", "Assistant", "Receptionist"],
    "HR": ["Head of HR", "HR specialist", "Recruiter", "Payroll clerk"],
    "RD": ["Head of development", "Software engineer", "Senior software engineer", "Test engineer", "Data engineer"],
    "PD": ["Head of product", "Product manager", "UX designer", "Researcher"],
    "SA": ["Head of sales", "Account manager", "Sales engineer", "Customer success manager"],
    "FI": ["Head of finance", "Accountant", "Controller", "Financial analyst"],
}
_BATCH = 2000


async def seed() -> None:
    """The company, unless there is one already."""
    if await Department.with_deleted().exists():
        return
    password = await NewPassword.unchecked(DEMO_PASSWORD)
    tags = [await Tag.create(name=name, category=category) for category, names in _TAGS.items() for name in names]
    root: Department | None = None
    for order, plan in enumerate(_DEPARTMENTS):
        department = await Department.create(
            name=plan.name,
            code=plan.code,
            description=plan.description,
            order=order,
            parent_id=root.id if root else None,
        )
        root = root or department
        for place, mark in enumerate(plan.people.split(",")):
            await _employ(mark.strip(), place, department, tags, password)


async def _employ(mark: str, place: int, department: Department, tags: list[Tag], password: NewPassword) -> None:
    name = mark.rstrip("-?!")
    user_name = name.lower().replace(" ", "")
    has_resigned, in_probation = "!" in mark, "?" in mark
    number = await Employee.all().count() + 1
    email, phone = f"{user_name}@tessera.example", f"+861380000{number:04d}"
    user_id = await open_account(
        user_name,
        password.hash,
        [Employee.ACCOUNT_ROLE],
        must_change_password=False,
        nick_name=name,
        gender=Gender.FEMALE if "-" in mark else Gender.MALE,
        status=Status.DISABLED if has_resigned else Status.ENABLED,
        email=email,
        phone=phone,
    )
    positions = _POSITIONS[department.code]
    employee = await Employee.create(
        name=name,
        position=positions[0] if place == 0 else positions[1 + place % (len(positions) - 1)],
        status=EmployeeStatus.RESIGNED
        if has_resigned
        else EmployeeStatus.PROBATION
        if in_probation
        else EmployeeStatus.ACTIVE,
        user_id=user_id,
        department_id=department.id,
        email=email,
        phone=phone,
    )
    await employee.assign_number()
    await employee.tags.add(*(tags[(number * step) % len(tags)] for step in range(1, 1 + number % 4)))
    if place == 0:
        department.manager_id = employee.id
        await department.save(update_fields=["manager_id"])
        await grant_role(user_id, Department.MANAGER_ROLE)
    if role := _FURTHER_ROLES.get(user_name):
        await grant_role(user_id, role)


async def generate_demo_rows(count: int, advance: Callable[[int], None]) -> None:
    """Add `count` employees without accounts, spread over the departments, in batches. Calls `advance(added)` for each."""
    people = [mark.strip().rstrip("-?!").split() for plan in _DEPARTMENTS for mark in plan.people.split(",")]
    for done in range(0, count, _BATCH):
        size = min(_BATCH, count - done)
        async with transaction(__name__) as connection:
            # Locked, so that of two who add at once neither takes the other's numbers.
            departments = await Department.all().order_by("id").select_for_update(no_key=True)
            if not departments:
                raise OperatorError(
                    "there is no department to put people into: create one, or set APP_ENV=demo for the demo company"
                )
            last = await Employee.with_deleted().filter(employee_no__startswith="D").order_by("-employee_no").first()
            first = int(((last and last.employee_no) or "D0")[1:]) + 1
            numbers = range(first, first + size)
            await Employee.bulk_create([_extra(number, people, departments) for number in numbers])
            await _give_tags(connection, numbers)
            outdate(*FIGURES)  # nobody is told of them one by one
        advance(size)


def _extra(number: int, people: list[list[str]], departments: list[Department]) -> Employee:
    surname, given = people[number % len(people)][0], people[number * 7 % len(people)][1]
    department = departments[number % len(departments)]
    positions = _POSITIONS.get(department.code, ["Employee"])
    return Employee(
        employee_no=_extra_no(number),
        name=f"{surname} {given}",
        email=f"{surname}.{given}.{number}@tessera.example".lower(),
        position=positions[number % len(positions)],
        status=list(EmployeeStatus)[number % 10 % 3],
        department_id=department.id,
    )


def _extra_no(number: int) -> str:
    return f"D{number:08d}"


async def _give_tags(connection: BaseDBAsyncClient, numbers: range) -> None:
    """Two tags or so for each of the new employees. Link tables have no model, hence SQL; its values are our own."""
    await connection.execute_script(
        "INSERT INTO hr_employee_tag (employee_id, tag_id) SELECT e.id, t.id FROM hr_employee e, hr_tag t "  # noqa: S608
        f"WHERE (e.id + t.id) % 6 = 0 AND e.employee_no BETWEEN '{_extra_no(numbers[0])}' AND '{_extra_no(numbers[-1])}'"
    )
