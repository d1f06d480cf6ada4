"""system_manage.menus.get"""

from syrupy.assertion import SnapshotAssertion

from kernel.identity.models import Button, MenuType
from tests.callers import as_snapshot
from tests.conftest import SignedIn
from tests.features.system_manage.trees import delete_all_menus, new_menu


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    """With its buttons, and all that stands below it in order."""
    await delete_all_menus()
    catalog = {"menu_type": MenuType.CATALOG, "created_by": "Soybean", "props": {"wide": "yes"}}
    await new_menu("report", id=901, query=[{"key": "lang", "value": "en"}], **catalog)
    await new_menu("report_daily", id=902, parent_id=901, order=2)
    await new_menu("report_weekly", id=903, parent_id=901, order=1)
    await new_menu("report_weekly_detail", id=904, parent_id=903)
    for menu_id, code in ((901, "B_REPORT_PRINT"), (904, "B_REPORT_SEND"), (904, "B_REPORT_COPY")):
        await Button.create(button_code=code, button_desc=f"It is {code}", menu_id=menu_id)
    answer = await (await signed_in("R_ADMIN")).call("system_manage.menus.get", menu_id=901)
    assert as_snapshot(answer, events) == snapshot


async def test_one_that_is_not_there(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    assert (await admin.call("system_manage.menus.get", menu_id=999_999)).code == "1101"
