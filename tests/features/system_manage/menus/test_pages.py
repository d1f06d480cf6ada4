"""system_manage.menus.pages"""

from syrupy.assertion import SnapshotAssertion

from kernel import Status
from kernel.identity.models import MenuType
from tests.callers import as_snapshot
from tests.conftest import SignedIn
from tests.features.system_manage.trees import delete_all_menus, new_menu


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    """In their order; no catalogs, and none of the pages before sign-in. Hidden and disabled ones are pages as well."""
    await delete_all_menus()
    for number, (menu_type, order) in enumerate([("2", 3), ("1", 2), ("2", 2), ("2", 1), ("2", 4)]):
        await new_menu(
            f"page{number}",
            id=901 + number,
            menu_type=MenuType(menu_type),
            order=order,
            constant=number == 3,
            hide_in_menu=number == 0,
            status_type=Status.DISABLED if number == 2 else Status.ENABLED,
        )
    answer = await (await signed_in("R_ADMIN")).call("system_manage.menus.pages")
    assert as_snapshot(answer, events) == snapshot
