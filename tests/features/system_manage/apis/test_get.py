"""system_manage.apis.get"""

from syrupy.assertion import SnapshotAssertion

from kernel.identity.models import Api
from tests.callers import as_snapshot
from tests.conftest import SignedIn


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    facts = {"api_path": "/api/v1/tests/{test_id}", "api_method": "get", "summary": "Show one test.", "tags": ["tests"]}
    await Api.create(id=901, route_key="tests.get", **facts)
    answer = await (await signed_in("R_ADMIN")).call("system_manage.apis.get", api_id=901)
    assert as_snapshot(answer, events) == snapshot


async def test_one_that_is_not_there(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    assert (await admin.call("system_manage.apis.get", api_id=999_999)).code == "1101"
