"""List the pages by name, as a form offers them for the home of a role or the view of a menu."""

from kernel import PublicId, Schema, get
from kernel.identity.models import Menu, MenuType


class PageOption(Schema):
    """`key` is the menu's id, `value` its route name."""

    key: PublicId[Menu]
    value: str


@get("/pages")
async def list_pages() -> list[PageOption]:
    """Of those that everybody sees before sign-in, none: nobody's home is there."""
    pages = (
        await Menu.filter(menu_type=MenuType.MENU, constant=False).order_by("order", "id").values("id", "route_name")
    )
    return [PageOption(key=page["id"], value=page["route_name"]) for page in pages]
