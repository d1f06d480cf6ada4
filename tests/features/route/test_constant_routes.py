"""route.constant_routes"""

from syrupy.assertion import SnapshotAssertion

from kernel import Status
from kernel.identity.models import Menu, MenuType
from tests.callers import Caller, as_snapshot


async def names(client: Caller) -> list[str]:
    return [route["name"] for route in (await client.call("route.constant_routes")).data]


async def constant(name: str, *, order: int = 0, parent: Menu | None = None) -> Menu:
    return await Menu.create(
        menu_type=MenuType.MENU,
        menu_name=name,
        route_name=name,
        route_path=f"/{name}",
        constant=True,
        order=order,
        parent_id=parent.id if parent else None,
    )


async def test_success(client: Caller, events: list[object], snapshot: SnapshotAssertion) -> None:
    assert as_snapshot(await client.call("route.constant_routes"), events) == snapshot


async def test_a_disabled_one_is_left_out(client: Caller) -> None:
    await Menu.filter(route_name="404").update(status_type=Status.DISABLED)
    assert await names(client) == ["login", "403", "500"]


async def test_they_come_in_their_order(client: Caller) -> None:
    await Menu.filter(route_name="login").update(order=5)
    await constant("imprint", order=-1)
    assert await names(client) == ["imprint", "403", "404", "500", "login"]


async def test_one_below_another_is_its_child(client: Caller) -> None:
    await constant("terms", parent=await constant("imprint", order=-1))
    (child,) = (await client.call("route.constant_routes")).data[0]["children"]
    assert child["name"] == "terms"


async def test_one_below_a_disabled_one_is_left_out(client: Caller) -> None:
    await constant("terms", parent=await Menu.get(route_name="404"))
    await Menu.filter(route_name="404").update(status_type=Status.DISABLED)
    assert await names(client) == ["login", "403", "500"]
