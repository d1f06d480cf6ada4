"""system_manage.apis.refresh"""

import asyncio

from syrupy.assertion import SnapshotAssertion

from kernel import Status
from kernel.identity.models import Api, Role
from tests.callers import as_snapshot, every_slice
from tests.conftest import SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    """One use case without a row, two that are not described as they are, and a row of none."""
    admin = await signed_in("R_ADMIN")
    await Api.filter(route_key="hr.departments.get").delete()
    await Api.filter(route_key__in=["hr.departments.tree", "hr.departments.stats"]).update(
        api_path="/elsewhere", tags=[]
    )
    await Api.create(route_key="hr.gone.get", api_path="/", api_method="get", summary="", tags=[])
    assert as_snapshot(await admin.call("system_manage.apis.refresh"), events) == snapshot
    rows = {row.route_key: (row.api_path, row.tags, row.summary) for row in await Api.all()}
    assert rows == {route.name: (route.path, route.tags, route.summary) for route in every_slice()}


async def test_what_is_new_is_held_on_the_next_request(signed_in: SignedIn) -> None:
    """By the roles that declare it; what administrators did to the others stays."""
    admin, hanmei = await signed_in("R_ADMIN"), await signed_in("R_HR_MANAGER")
    await Api.filter(route_key="hr.departments.get").delete()
    await Api.filter(route_key="hr.departments.stats").update(status_type=Status.DISABLED)
    await (await Role.get(role_code="R_HR_MANAGER")).apis.remove(await Api.get(route_key="hr.departments.search"))
    assert (await hanmei.call("hr.departments.get", department_id=1)).code == "2201"
    assert (await admin.call("system_manage.apis.refresh")).data == {"created": 1, "updated": 0, "deleted": 0}
    assert (await hanmei.call("hr.departments.get", department_id=1)).code == "0000"
    assert (await hanmei.call("hr.departments.search")).code == "2201"
    assert (await hanmei.call("hr.departments.stats")).code == "2200"


async def test_nothing_to_do_changes_nothing(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    async with unchanged():
        answer = await admin.call("system_manage.apis.refresh")
    assert answer.data == {"created": 0, "updated": 0, "deleted": 0}


async def test_several_at_once_come_one_after_the_other(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    await Api.filter(route_key__startswith="hr.departments.").delete()
    answers = await asyncio.gather(*(admin.call("system_manage.apis.refresh") for _ in range(4)))
    assert {answer.code for answer in answers} == {"0000"}
    assert sorted(bool(answer.data["created"]) for answer in answers) == [False, False, False, True]
