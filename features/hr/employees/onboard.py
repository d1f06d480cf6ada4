"""Take on an employee: an account with a random password, and a place in a department, in probation."""

from features.hr.employment import take_on
from features.hr.models import Department, Employee, Tag
from kernel import (
    Account,
    Email,
    Gender,
    NewPassword,
    Phone,
    PublicId,
    Request,
    Schema,
    ShortText,
    SqidId,
    SqidList,
    UserName,
    open_account,
    post,
    transaction,
)


class OnboardEmployeeRequest(Request):
    user_name: UserName
    name: ShortText
    department_id: SqidId[Department] | None = None
    email: Email | None = None
    phone: Phone | None = None
    position: ShortText | None = None
    user_gender: Gender = Gender.UNKNOWN
    tag_ids: SqidList[Tag] = []


class OnboardEmployeeResponse(Schema):
    """`rawPassword` is shown this once and must be changed at the first sign-in."""

    employee_id: PublicId[Employee]
    employee_no: str
    user_id: PublicId[Account]
    raw_password: str


@post(button="B_HR_EMP_ONBOARD", transaction=False)  # the password is hashed before the transaction opens
async def onboard(request: OnboardEmployeeRequest) -> OnboardEmployeeResponse:
    password = await NewPassword.generated()
    async with transaction(__name__):
        department = await Department.open_for_staff(request.department_id)
        await department.ensure_may_add_staff()
        user_id = await open_account(
            request.user_name,
            password.hash,
            [Employee.ACCOUNT_ROLE],
            nick_name=request.name,
            gender=request.user_gender,
            phone=request.phone,
            email=request.email,
        )
        employee = await Employee.create(
            name=request.name,
            email=request.email,
            phone=request.phone,
            position=request.position,
            department_id=department.id,
            user_id=user_id,
        )
        employee_no = await employee.assign_number()
        await employee.set_tags(request.tag_ids)
        await take_on(employee)
    return OnboardEmployeeResponse(
        employee_id=employee.id, employee_no=employee_no, user_id=user_id, raw_password=password.raw
    )
