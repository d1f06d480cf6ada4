"""system_manage.apis.tags"""

from syrupy.assertion import SnapshotAssertion

from kernel.identity.models import Api
from tests.callers import as_snapshot
from tests.conftest import SignedIn
from tests.features.system_manage.trees import walk


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    """A module without resources, one with resources, a resource in another, and a module that is gone."""
    soybean = await signed_in("R_SUPER")
    await Api.all().delete()
    for name in ("hr.departments.search", "hr.departments.get", "hr.a.b.get", "auth.login", "gone.get"):
        await Api.create(route_key=name, api_path="/", api_method="get", summary="", tags=[])
    assert as_snapshot(await soybean.call("system_manage.apis.tags"), events) == snapshot


async def test_each_is_one_that_a_search_takes(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    tags = [option["value"] for option in walk((await admin.call("system_manage.apis.tags")).data)]
    assert {tag for api in await Api.all() for tag in api.tags} <= set(tags)
    for tag in tags:
        found = await admin.call("system_manage.apis.search", tags=[tag], include_system=True)
        assert found.data["total"] > 0
