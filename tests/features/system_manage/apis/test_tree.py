"""system_manage.apis.tree"""

from typing import Any

from syrupy.assertion import SnapshotAssertion

from kernel import Status, public_id
from kernel.identity.models import Api, Role
from tests.callers import Caller, as_snapshot
from tests.conftest import SignedIn
from tests.features.system_manage.trees import walk


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    """Modules, in them resources, in them others; what no grant opens; and one that is switched off."""
    soybean = await signed_in("R_SUPER")
    await Api.all().delete()
    names = [
        "hr.departments.search",
        "hr.departments.get",
        "hr.a.b.get",
        "auth.login",
        "auth.user_info",
        "route.exists",
    ]
    for number, name in enumerate(names):
        facts = {"api_path": "/", "api_method": "get", "summary": f"It is {name}.", "tags": []}
        await Api.create(id=901 + number, route_key=name, **facts)
    await Api.filter(route_key="hr.departments.get").update(status_type=Status.DISABLED, summary="")
    assert as_snapshot(await soybean.call("system_manage.apis.tree"), events) == snapshot


async def test_all_are_there_once_and_can_be_granted(signed_in: SignedIn) -> None:
    nodes = await nodes_of(await signed_in("R_ADMIN"))
    granted = [node["resourceId"] for node in nodes if node["resourceId"]]
    assert sorted(granted) == sorted(public_id(Api, api.id) for api in await Api.all())
    assert len({node["key"] for node in nodes}) == len(nodes)
    reasons = {node["meta"]["reason"].partition(" may ")[0] for node in nodes if node.get("disabled")}
    assert reasons <= {"Anyone", "Whoever is signed in", "Only a super administrator"}


async def test_what_one_does_not_hold_one_cannot_grant(signed_in: SignedIn) -> None:
    role = await Role.get(role_code="R_EMPLOYEE")
    await role.apis.add(await Api.get(route_key="system_manage.apis.tree"))
    nodes = await nodes_of(await signed_in("R_EMPLOYEE"))
    free = {node["resourceId"] for node in nodes if node["resourceId"] and not node.get("disabled")}
    assert free == {public_id(Api, api.id) for api in await role.apis.all()}


async def nodes_of(caller: Caller) -> list[dict[str, Any]]:
    return list(walk((await caller.call("system_manage.apis.tree")).data))
