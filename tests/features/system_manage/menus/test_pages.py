"""system_manage.menus.pages"""

from syrupy.assertion import SnapshotAssertion

from kernel import Status
from kernel.identity.models import MenuType
from tests.callers import as_snapshot
from tests.conftest import SignedIn
from tests.features.system_manage.trees import delete_all_menus, new_menu


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    """In the order of the menu; no catalogs, and none of the pages before sign-in. Hidden and disabled ones are pages too."""
    await delete_all_menus()
    await new_menu("reports", id=901, menu_type=MenuType.CATALOG, order=2)
    await new_menu("weekly", id=902, parent_id=901, order=7, hide_in_menu=True)
    await new_menu("daily", id=903, parent_id=901, order=6, status_type=Status.DISABLED)
    await new_menu("last", id=904, order=3)
    await new_menu("first", id=905, order=1)
    await new_menu("login", id=906, constant=True)
    answer = await (await signed_in("R_ADMIN")).call("system_manage.menus.pages")
    assert as_snapshot(answer, events) == snapshot
