"""hr.my.update_profile"""

import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.models import Employee
from kernel.identity.models import User
from tests.callers import as_snapshot
from tests.conftest import SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    wangwei = await signed_in("R_EMPLOYEE")
    new = {"phone": "+8613900000001", "email": "wei@tessera.example"}
    assert as_snapshot(await wangwei.call("hr.my.update_profile", **new), events) == snapshot
    assert await contact("Wang Wei") == [("+8613900000001", "wei@tessera.example")] * 2


async def test_only_what_is_sent(signed_in: SignedIn) -> None:
    wangwei = await signed_in("R_EMPLOYEE")
    (phone, email), _ = await contact("Wang Wei")
    assert (await wangwei.call("hr.my.update_profile", phone="")).code == "0000"
    assert await contact("Wang Wei") == [(None, email)] * 2
    assert (await wangwei.call("hr.my.update_profile", phone=phone, email=None)).code == "0000"
    assert await contact("Wang Wei") == [(phone, None)] * 2


async def test_nothing_else_is_theirs_to_change(signed_in: SignedIn) -> None:
    wangwei = await signed_in("R_EMPLOYEE")
    async with unchanged():
        sent = {"name": "Emperor", "position": "CEO", "status": "resigned", "departmentId": "x", "employeeNo": "E1"}
        assert (await wangwei.call("hr.my.update_profile", **sent)).code == "0000"


@pytest.mark.parametrize(("field", "code"), [("phone", "2303"), ("email", "2302")])
async def test_what_another_account_has(field: str, code: str, signed_in: SignedIn) -> None:
    taken = getattr(await Employee.get(name="Li Na"), field)
    wangwei = await signed_in("R_EMPLOYEE")
    async with unchanged():
        assert (await wangwei.call("hr.my.update_profile", **{field: taken})).code == code


@pytest.mark.parametrize("wrong", [{"phone": "call me"}, {"email": "no address"}])
async def test_wrong_values(wrong: dict[str, str], signed_in: SignedIn) -> None:
    wangwei = await signed_in("R_EMPLOYEE")
    async with unchanged():
        answer = await wangwei.call("hr.my.update_profile", **wrong)
    assert (answer.code, answer.wrong_fields) == ("1200", list(wrong))


async def test_who_is_no_employee(signed_in: SignedIn) -> None:
    soybean = await signed_in("R_SUPER")
    async with unchanged():
        assert (await soybean.call("hr.my.update_profile", phone="+8613900000001")).code == "4005"


async def contact(name: str) -> list[tuple[str | None, str | None]]:
    """Phone and address, on file and of the account."""
    employee = await Employee.get(name=name)
    user = await User.get(id=employee.user_id)
    return [(employee.phone, employee.email), (user.user_phone, user.user_email)]
