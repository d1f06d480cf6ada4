"""system_manage.dictionaries.get"""

from syrupy.assertion import SnapshotAssertion

from features.system_manage.models import Dictionary
from tests.callers import as_snapshot
from tests.conftest import SignedIn


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    entry = await Dictionary.create(
        dict_type="site", label="Arctic", value="north", order=3, remark="Cold", created_by="Ann"
    )
    answer = await (await signed_in("R_ADMIN")).call("system_manage.dictionaries.get", dictionary_id=entry.id)
    assert as_snapshot(answer, events) == snapshot


async def test_one_that_is_not_there(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    assert (await admin.call("system_manage.dictionaries.get", dictionary_id=999_999)).code == "1101"
