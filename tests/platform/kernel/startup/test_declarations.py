"""A mistyped name is said with its file and its line."""

from collections.abc import Callable

import pytest

from kernel.errors.operator import DeclarationError
from kernel.startup.declarations import check_declarations, declared_in_vain
from tests.platform.kernel.conftest import Features

ACCESS = """\
from kernel import Declarations, MenuEntry, RoleEntry

access = Declarations(
    menus=[MenuEntry("shop_orders", "Orders", icon="i", buttons_of=["shop.orders.*"])],
    roles=[
        RoleEntry("R_CLERK", "Clerk", menus=["shop_orders"], home="shop_orders", apis=["shop.orders.send"]),
        RoleEntry(
            "R_SHOP",
            "Keeper",
            menus=["shop_orders"],
            home="shop_orders",
            apis=["shop.orders.*"],
            buttons=["B_SHOP_ORDER_SEND", "B_SHOP_*"],
        ),
    ],
)
"""
SEND = """\
\"\"\"Send an order. It is for "R_SHOP".\"\"\"

from kernel import post


@post(
    "/send",
    button="B_SHOP_ORDER_SEND",
    roles="R_SHOP",
)
async def send() -> int:
    return 1
"""
FEATURE = 'from kernel import Feature\nfeature = Feature(title="Shop", prefix="/shop")'
STALL = """\
from kernel import Declarations, MenuEntry, RoleEntry

access = Declarations(
    menus=[MenuEntry("stall", "Stall", icon="i", children=[MenuEntry("shop_orders", "Orders", icon="i")])],
    roles=[RoleEntry("R_STALL", "Seller", home="stall"), RoleEntry("R_SUPER", "Seller", home="stall")],
)
"""
Shop = Callable[..., list[str]]


@pytest.fixture
def shop(discovered: Features) -> Shop:
    """`shop(slice=("R_SHOP", "R_SHPO"))`: a shop whose slice or access has the one text in the place of the other."""

    def check(**mistakes: tuple[str, str]) -> list[str]:
        files = {"access": ACCESS, "slice": SEND, "stall": ""}
        for file, (right, wrong) in mistakes.items():
            files[file] = files[file].replace(right, wrong)
        features = discovered(
            {
                "features/shop/feature.py": FEATURE,
                "features/shop/access.py": files["access"],
                "features/shop/orders/send.py": files["slice"],
                **(
                    {"features/stall/feature.py": FEATURE, "features/stall/access.py": files["stall"]}
                    if files["stall"]
                    else {}
                ),
            }
        )
        check_declarations(features)
        return declared_in_vain(features)

    return check


def test_nothing_is_wrong_with_the_shop(shop: Shop) -> None:
    assert shop() == []


@pytest.mark.parametrize(
    ("file", "right", "wrong", "says"),
    [
        (
            "slice",
            'roles="R_SHOP"',
            'roles="R_SHPO"',
            "features/shop/orders/send.py:9: role R_SHPO is not declared by any module; did you mean R_SHOP?",
        ),
        (
            "slice",
            'roles="R_SHOP"',
            'roles="NOBODY"',
            "features/shop/orders/send.py:9: role NOBODY is not declared by any module; declare it in an access.py",
        ),
        (
            "access",
            '"R_SHOP"',
            '"R_SHPO"',
            "features/shop/orders/send.py:9: role R_SHOP is not declared by any module; did you mean R_SHPO?",
        ),
        (
            "access",
            "shop.orders.*",
            "shop.ordres.*",
            "features/shop/orders/send.py:8: shop.orders.send needs the button B_SHOP_ORDER_SEND, and no page shows it: "
            'add buttons_of=["shop.orders.*"] to a MenuEntry in an access.py',
        ),
        (
            "slice",
            'roles="R_SHOP"',
            'access="R_SHOP"',
            "features/shop/orders/send.py:6: shop.orders.send has the access 'R_SHOP'; "
            "write PUBLIC, SIGNED_IN, SUPER_ADMIN, or nothing; a role stands in roles=",
        ),
        (
            "stall",
            "",
            STALL.replace("R_STALL", "R_SHOP"),
            "features/stall/access.py:5: the role R_SHOP is declared twice, also in features/shop/access.py:8; "
            "declare it in one access.py",
        ),
        (
            "stall",
            "",
            STALL,
            "features/stall/access.py:5: the role R_SUPER is declared twice, also in the kernel; declare it in one access.py",
        ),
        (
            "stall",
            "",
            STALL.replace("R_SUPER", "R_SELLER"),
            "features/stall/access.py:4: the menu shop_orders is declared twice, also in features/shop/access.py:4; "
            "declare it in one access.py",
        ),
    ],
)
def test_what_stops_the_start(shop: Shop, file: str, right: str, wrong: str, says: str) -> None:
    with pytest.raises(DeclarationError) as raised:
        shop(**{file: (right, wrong)})
    assert str(raised.value) == says


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        (
            '"B_SHOP_ORDER_SEND"',
            '"B_SHOP_ORDER_SEMD"',
            "13: role R_SHOP grants the button B_SHOP_ORDER_SEMD, and there is none; did you mean B_SHOP_ORDER_SEND?",
        ),
        ("B_SHOP_*", "B_STALL_*", "13: role R_SHOP grants the button B_STALL_*, and there is none"),
        (
            'apis=["shop.orders.*"]',
            'apis=["shop.ordres.*"]',
            "12: role R_SHOP grants the use case shop.ordres.*, and there is none; did you mean shop.orders.*?",
        ),
        (
            '["shop.orders.send"]',
            '["shop.orders.sned"]',
            "6: role R_CLERK grants the use case shop.orders.sned, and there is none; did you mean shop.orders.send?",
        ),
        (
            '            home="shop_orders"',
            '            home="shop_*"',
            "11: role R_SHOP grants the menu shop_*, and there is none",
        ),
        (
            '            menus=["shop_orders"]',
            '            menus=["stall_*"]',
            "10: role R_SHOP grants the menu stall_*, and there is none",
        ),
        (
            '            menus=["shop_orders"]',
            '            menus=["shop_ordres"]',
            "10: role R_SHOP grants the menu shop_ordres, and there is none; did you mean shop_orders?",
        ),
        (
            '["shop.orders.*"])],',
            '["shop.orders.*", "shop.parcels.*"])],',
            "4: menu shop_orders shows the buttons of shop.parcels.*, and there is no such use case; "
            "did you mean shop.orders.*?",
        ),
    ],
)
def test_what_is_declared_in_vain(shop: Shop, right: str, wrong: str, says: str) -> None:
    """A pattern is allowed but for a role's home, which is one menu."""
    assert shop(access=(right, wrong)) == [f"features/shop/access.py:{says}"]


@pytest.mark.parametrize("pattern", ["shop_*", "*"])
def test_a_pattern_of_menus_is_not_declared_in_vain(shop: Shop, pattern: str) -> None:
    assert shop(access=('            menus=["shop_orders"]', f'            menus=["{pattern}"]')) == []
