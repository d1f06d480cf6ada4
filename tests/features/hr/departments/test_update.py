"""hr.departments.update"""

import asyncio
from datetime import timedelta

import pytest
from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department, Employee
from kernel import Status, clock
from kernel.identity.models import Button, Role, User
from tests.callers import Answer, Caller, as_snapshot
from tests.conftest import NOW, SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    changes = {"name": "Sales and Service", "code": "SAS", "description": None, "order": 9, "status": "2"}
    answer = await update(await signed_in("R_HR_MANAGER"), "SA", **changes, parent_id=await id_of("PD"))
    assert as_snapshot(answer, events) == snapshot
    sales = await Department.get(code="SAS").select_related("parent")
    assert sales.parent
    assert (sales.name, sales.description, sales.parent.code) == ("Sales and Service", None, "PD")
    assert (sales.order, sales.status) == (9, Status.DISABLED)


async def test_changes_only_what_is_sent(signed_in: SignedIn):
    (before,) = await Department.filter(code="SA").values()
    later = NOW + timedelta(hours=1)
    with clock.frozen(later):
        await update(await signed_in("R_HR_MANAGER"), "SA", name="Sales and Service", deleted_at=1)
    (after,) = await Department.filter(code="SA").values()
    assert after == before | {"name": "Sales and Service", "updated_by": "hanmei", "updated_at": later}


async def test_nothing_sent_changes_nothing(signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        assert (await update(hanmei, "SA")).code == "0000"


async def test_made_a_root(signed_in: SignedIn):
    assert (await update(await signed_in("R_HR_MANAGER"), "SA", parent_id=None)).code == "0000"
    assert (await Department.get(code="SA")).parent_id is None


@pytest.mark.parametrize("parent", ["HQ", "RD", "LAB", "DESK"])
async def test_never_below_itself(parent: str, signed_in: SignedIn):
    """HQ has RD below it, that has LAB, and that DESK."""
    lab = await Department.create(name="Lab", code="LAB", parent_id=await id_of("RD"))
    await Department.create(name="Desk", code="DESK", parent_id=lab.id)
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        answer = await update(hanmei, "HQ", parent_id=await id_of(parent))
    assert (answer.code, answer.wrong_fields) == ("1200", ["parentId"])


async def test_two_moves_at_once_close_no_cycle(signed_in: SignedIn):
    """RD below SA, SA below RD: one comes too late, and neither waits for the other."""
    hanmei, top, rd, sales = await signed_in("R_HR_MANAGER"), *[await id_of(code) for code in ("HQ", "RD", "SA")]
    for _ in range(3):
        answers = await asyncio.gather(
            update(hanmei, "RD", parent_id=sales),
            update(hanmei, "SA", parent_id=rd),
        )
        assert sorted([answer.code for answer in answers]) == ["0000", "1200"]
        await Department.filter(code__in=["RD", "SA"]).update(parent_id=top)


async def test_too_deep(signed_in: SignedIn):
    """With all that is below it."""
    parent = await Department.create(name="Level 1", code="L1")
    for level in range(2, 33):
        parent = await Department.create(name=f"Level {level}", code=f"L{level}", parent_id=parent.id)
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        answer = await update(hanmei, "L1", parent_id=await id_of("RD"))
    assert (answer.code, answer.wrong_fields) == ("1200", ["parentId"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": None, "code": None, "order": None, "status": None},
        {"name": " ", "code": "a b", "parentId": 3, "order": "first", "status": "0"},
    ],
)
async def test_wrong_values(wrong: dict[str, object], signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        answer = await update(hanmei, "SA", description="new", **wrong)
    assert (answer.code, answer.wrong_fields) == ("1200", list(wrong))


async def test_a_code_that_is_taken(signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        assert (await update(hanmei, "SA", code="RD")).code == "2300"


async def test_its_own_code_and_that_of_a_deleted_department(signed_in: SignedIn):
    await Department.filter(code="RD").delete()
    hanmei = await signed_in("R_HR_MANAGER")
    assert (await update(hanmei, "SA", code="SA")).code == "0000"
    assert (await update(hanmei, "SA", code="RD")).code == "0000"
    assert (await Department.get(code="RD")).name == "Sales"


async def test_another_manager(signed_in: SignedIn, events: list[object]):
    """With other fields, as a form sends them all."""
    hanmei, wen = await signed_in("R_HR_MANAGER"), await Employee.get(name="Dai Wen")
    assert (await update(hanmei, "SA", name="Sellers", parent_id=await id_of("HQ"), manager_id=wen.id)).code == "0000"
    sales = await Department.get(code="SA")
    assert (sales.name, sales.manager_id, len(events)) == ("Sellers", wen.id, 2)
    assert await User.filter(user_name="daiwen", roles__role_code="R_DEPT_MGR").exists()
    assert not await User.filter(user_name="linyan", roles__role_code="R_DEPT_MGR").exists()
    assert (await update(hanmei, "SA", manager_id=None)).code == "0000"
    assert (await Department.get(code="SA")).manager_id is None


async def test_a_manager_who_does_not_work_there(signed_in: SignedIn):
    hanmei, wang = await signed_in("R_HR_MANAGER"), await Employee.get(name="Wang Wei")
    async with unchanged():
        assert (await update(hanmei, "SA", name="Sellers", manager_id=wang.id)).code == "4008"


async def test_to_name_another_manager_needs_the_button_of_that(signed_in: SignedIn):
    button = await Button.get(button_code="B_HR_DEPT_MANAGER")
    await (await Role.get(role_code="R_HR_MANAGER")).buttons.remove(button)
    hanmei, yan, wen = (
        await signed_in("R_HR_MANAGER"),
        *[await Employee.get(name=each) for each in ("Lin Yan", "Dai Wen")],
    )
    async with unchanged():
        for manager_id in (wen.id, None):
            assert (await update(hanmei, "SA", name="Sellers", manager_id=manager_id)).code == "2202"
    assert (await update(hanmei, "SA", name="Sellers", manager_id=yan.id)).code == "0000"  # who it is already


async def test_appointments_and_moves_at_once_end(signed_in: SignedIn):
    hanmei, wen = await signed_in("R_HR_MANAGER"), await Employee.get(name="Dai Wen")
    yan, top = await Employee.get(name="Lin Yan"), await id_of("HQ")
    for _ in range(3):
        moves = [update(hanmei, "SA", manager_id=each.id, parent_id=top, order=1) for each in (wen, yan, wen)]
        away = hanmei.call("hr.employees.transfer", employee_id=wen.id, department_id=await id_of("FI"))
        answers = await asyncio.gather(*moves, away, update(hanmei, "RD", parent_id=top))
        assert {answer.code for answer in answers} <= {"0000", "2306", "4001", "4008"}
        await Employee.filter(id=wen.id).update(department_id=await id_of("SA"))
    manager = await Employee.get(id=(await Department.get(code="SA")).manager_id or 0)
    assert await User.filter(id=manager.user_id, roles__role_code="R_DEPT_MGR").exists()


async def test_of_no_row_to_below_another(signed_in: SignedIn):
    """The tree is looked at first, and does not mind."""
    hanmei, rd = await signed_in("R_HR_MANAGER"), await id_of("RD")
    async with unchanged():
        answer = await hanmei.call("hr.departments.update", department_id=999_999, parent_id=rd)
    assert answer.code == "1101"


async def test_below_one_that_is_not_there(signed_in: SignedIn):
    """Never was, or was deleted."""
    finance = await id_of("FI")
    await Department.filter(code="FI").delete()
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        for gone in (finance, 999_999):
            assert (await update(hanmei, "SA", name="New", parent_id=gone)).code == "1101"


async def update(caller: Caller, code: str, /, **changes: object) -> Answer:
    return await caller.call("hr.departments.update", department_id=await id_of(code), **changes)


async def id_of(code: str) -> int:
    return (await Department.get(code=code)).id
