"""hr.employees.batch_delete"""

from syrupy.assertion import SnapshotAssertion

from features.hr.models import Employee
from kernel.identity.models import Api, Button, Role
from tests.callers import Answer, Caller, as_snapshot
from tests.conftest import NOW, Counting, SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    hanmei = await signed_in("R_HR_MANAGER")
    assert as_snapshot(await delete(hanmei, "Shi Lei", "Shen Gang", "Shi Lei"), events) == snapshot
    marked = await Employee.with_deleted().filter(name__in=["Shi Lei", "Shen Gang"])
    assert [(each.deleted_at, each.updated_by) for each in marked] == [(NOW, "hanmei")] * 2


async def test_all_or_none(signed_in: SignedIn):
    """One of them works here; one of them is not there."""
    hanmei, gang = await signed_in("R_HR_MANAGER"), await Employee.get(name="Shen Gang")
    async with unchanged():
        answer = await delete(hanmei, "Shen Gang", "Wang Wei", "Xie Ting")
        assert (answer.code, answer.body["msg"]) == ("2307", "Still employed: Wang Wei, Xie Ting. They resign first.")
        assert (await hanmei.call("hr.employees.batch_delete", ids=[gang.id, 999_999])).code == "1101"


async def test_out_of_scope(signed_in: SignedIn):
    manager = await Role.get(role_code="R_DEPT_MGR")
    await manager.apis.add(await Api.get(route_key="hr.employees.batch_delete"))
    await manager.buttons.add(await Button.get(button_code="B_HR_EMP_DELETE"))
    zhouhang = await signed_in("R_DEPT_MGR")
    async with unchanged():
        assert (await delete(zhouhang, "Shen Gang", "Shi Lei")).code == "2208"


async def test_costs_the_same_for_many(signed_in: SignedIn, counting: Counting):
    hanmei = await signed_in("R_HR_MANAGER")
    await hanmei.warm()
    costs: list[int] = []
    for names in (["Shen Gang"], ["Shi Lei", "Du Juan", "Kong Li", "Deng Kai"]):
        with counting() as cost:
            await delete(hanmei, *names)
        costs.append(len(cost.statements) - len(names))  # the test's own, which look for the ids
    assert costs[0] == costs[1]


async def delete(caller: Caller, *names: str) -> Answer:
    ids = [(await Employee.get(name=name)).id for name in names]
    return await caller.call("hr.employees.batch_delete", ids=ids)
