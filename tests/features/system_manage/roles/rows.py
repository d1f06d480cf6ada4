"""Pages, buttons and use cases whose ids do not move when others are declared: snapshots hold them."""

from kernel.identity.models import Api, Button, Menu, MenuType


async def page(number: int) -> Menu:
    """It stands at the top."""
    name = f"page{number}"
    return await Menu.create(
        id=900_000 + number, menu_type=MenuType.MENU, menu_name=name, route_name=name, route_path=f"/{name}"
    )


async def button(number: int) -> Button:
    """On a page of its own."""
    menu = await page(number)
    return await Button.create(id=menu.id, button_code=f"B_{number}", button_desc="", menu=menu)


async def api(number: int) -> Api:
    """Which no slice answers."""
    facts = {"api_path": "/", "api_method": "get", "summary": "", "tags": []}
    return await Api.create(id=900_000 + number, route_key=f"shop.{number}", **facts)
