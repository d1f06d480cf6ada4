"""Take on an employee: an account with a random password, and a place in a department, in probation."""

from typing import Annotated

from pydantic import Field

from features.hr.employment import EMPLOYEE_ROLE, refuse_too_many_tags
from features.hr.events import EmployeeOnboarded
from features.hr.models import Department, Employee, Tag, ensure_may_create_in
from kernel import (
    BlankIsNone,
    Email,
    Gender,
    NewPassword,
    NullIsDefault,
    Phone,
    Schema,
    ShortText,
    SqidId,
    Success,
    UserName,
    emit,
    open_account,
    slice_router,
    transaction,
)

router = slice_router()


class OnboardEmployeeRequest(Schema):
    user_name: UserName
    name: ShortText
    department_id: SqidId | None = None
    email: Annotated[Email | None, BlankIsNone] = None
    phone: Annotated[Phone | None, BlankIsNone] = None
    position: Annotated[ShortText | None, BlankIsNone] = None
    user_gender: Annotated[Gender, NullIsDefault] = Gender.UNKNOWN
    tag_ids: Annotated[list[SqidId], Field(max_length=1000), NullIsDefault] = []


class OnboardEmployeeResponse(Schema):
    """`rawPassword` is shown this once and must be changed at the first sign-in."""

    employee_id: SqidId
    employee_no: str
    user_id: SqidId
    raw_password: str


@router.post(button="B_HR_EMP_ONBOARD", transaction=False)  # the password is hashed before the transaction opens
async def onboard(request: OnboardEmployeeRequest) -> Success[OnboardEmployeeResponse]:
    refuse_too_many_tags(request.tag_ids)
    password = await NewPassword.generated()
    async with transaction(__name__):
        department = await Department.open_for_staff(request.department_id)
        await ensure_may_create_in(department)
        user_id = await open_account(
            request.user_name,
            password.hash,
            [EMPLOYEE_ROLE],
            nick_name=request.name,
            gender=request.user_gender,
            phone=request.phone,
            email=request.email,
        )
        employee, employee_no = await place(request, department, user_id)
        emit(EmployeeOnboarded(employee_id=employee.id, user_id=user_id, department_id=department.id))
    return Success(
        data=OnboardEmployeeResponse(
            employee_id=employee.id, employee_no=employee_no, user_id=user_id, raw_password=password.raw
        )
    )


async def place(request: OnboardEmployeeRequest, department: Department, user_id: int) -> tuple[Employee, str]:
    employee = await Employee.create(
        name=request.name,
        email=request.email,
        phone=request.phone,
        position=request.position,
        department_id=department.id,
        user_id=user_id,
    )
    employee_no = await employee.assign_number()
    await employee.tags.add(*await Tag.all_of(request.tag_ids))
    return employee, employee_no
