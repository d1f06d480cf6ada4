"""notices.models"""

from features.notices.models import Notice
from kernel.identity.models import User
from tests.conftest import SignedIn
from tests.features.notices.rows import add_notice


async def test_notices_go_with_their_reader(signed_in: SignedIn) -> None:
    """They keep nobody from deleting an account."""
    await add_notice("User")
    kept = await add_notice("Admin")
    user = await User.get(user_name="User")
    assert (await (await signed_in("R_SUPER")).call("system_manage.users.delete", user_id=user.id)).code == "0000"
    assert [notice.id for notice in await Notice.all()] == [kept.id]
