"""Discovery: the folder is the register, and a file that breaks the form is named with what to do.

Trees are planted in a temporary folder that stands where `features` looks for its modules.
"""

import re
from pathlib import Path
from typing import Any

import pytest

from kernel.errors.operator import DeclarationError, SettingsError
from kernel.rbac.authorize import all_of
from kernel.slices import discovery as modules
from kernel.slices.discovery import database_config
from kernel.unit_of_work.events import reactions
from tests.platform.kernel.conftest import Configure, Features

FEATURE = 'from kernel import Feature\n\nfeature = Feature(title="Shop", prefix="/business/shop")\n'
FACT = """from dataclasses import dataclass

@dataclass(frozen=True)
class OrderSent:
    order_id: int
"""
SEND = '''"""Send an order.

And nothing else.
"""
from kernel import post


@post("/{order_id}/send", button="B_SHOP_SEND")
async def send(order_id: int) -> bool: ...
'''
MODELS = """
from tortoise import fields

from kernel import Model


class Customer(Model):
    name = fields.CharField(max_length=10)


class Order(Model):
    customer = fields.ForeignKeyField("shop.Customer")
"""
SHOP = {"features/shop/feature.py": FEATURE, "features/shop/orders/send.py": SEND}


def test_everything_is_found_by_where_it_stands(discovered: Features) -> None:
    files = {
        **SHOP,
        "features/shop/login.py": SEND.replace("/{order_id}/send", "/login").replace("order_id: int", ""),
        "features/shop/big_orders/late_ones/send.py": SEND.replace("/{order_id}/send", "").replace("order_id: int", ""),
        "features/shop/models.py": MODELS,
        "features/shop/access.py": "from kernel import *\n\naccess = Declarations(roles=[RoleEntry('R_SHOP', 'Shop')])\n",
        "features/shop/seed.py": "DEMO_ACCOUNTS = {'ann': 'shopkeeper'}\n\nasync def install(): ...\n\nasync def seed(): ...\n\nasync def generate_demo_rows(n, advance): ...\n",
        "features/shop/events.py": FACT,
        "features/shop/pricing.py": '"""A rule that several slices share."""\n',
        "features/post/feature.py": 'from kernel import Feature\n\nfeature = Feature(title="Post", prefix="/post")\n',
        "features/post/reactions/on_order_sent.py": (
            "from features.shop.events import OrderSent\nfrom kernel import on\n\n"
            "@on(OrderSent)\nasync def tell(event): ...\n"
        ),
    }
    post, shop = discovered(files)
    assert (post.name, post.slices, post.models, post.seed, post.demo_accounts) == ("post", (), None, None, {})
    assert post.install is None
    assert (shop.name, shop.title, shop.models) == ("shop", "Shop", "features.shop.models")
    assert [role.code for role in shop.access.roles] == ["R_SHOP"]
    assert shop.demo_accounts == {"ann": "shopkeeper"}
    assert shop.install
    assert shop.seed
    assert shop.generate_demo_rows
    assert {(each.name, each.path, *each.tags) for each in shop.slices} == {
        ("shop.login", "/api/v1/business/shop/login", "shop"),
        ("shop.orders.send", "/api/v1/business/shop/orders/{order_id}/send", "shop/orders"),
        (
            "shop.big_orders.late_ones.send",
            "/api/v1/business/shop/big-orders/late-ones",
            "shop/big_orders/late_ones",
        ),
    }
    for each in shop.slices:
        assert (each.summary, each.methods, each.access_rule.button) == (
            "Send an order.",
            {"POST"},
            all_of("B_SHOP_SEND"),
        )
    assert [each.name for event, each in reactions() if event == "shop.OrderSent"] == ["post.on_order_sent"]


def test_a_slice_that_is_deleted_is_gone(discovered: Features) -> None:
    (shop,) = discovered({"features/shop/feature.py": FEATURE})
    assert shop.slices == ()


def test_a_syntax_error_is_said_in_one_line(
    discovered: Features, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the file, or of one that it imports; a traceback would show the kernel's files above all."""
    monkeypatch.chdir(tmp_path)
    sends = SEND.replace("\nfrom", "\nfrom features.shop import prices\nfrom", 1)
    with pytest.raises(DeclarationError) as broken:
        discovered(SHOP | {"features/shop/prices.py": "PRICES = {1: 2\n", "features/shop/orders/send.py": sends})
    assert str(broken.value) == "features/shop/prices.py, line 1: '{' was never closed: PRICES = {1: 2"


BROKEN = [
    (
        {"features/shop/orders/send.py": SEND},
        "features/shop/ has no feature.py; it must define `feature = Feature(title=..., prefix=...)`",
    ),
    (
        SHOP | {"features/shop/orders/pricing.py": '"""Prices."""\n'},
        "features/shop/orders/pricing.py declares 0 routes; every file in a resource's folder is one use case: "
        "decorate its one handler with @get, @post, @put, @patch or @delete",
    ),
    (
        SHOP | {"features/shop/orders/send.py": SEND + '@post("/other")\nasync def other() -> bool: ...\n'},
        "features/shop/orders/send.py declares 2 routes",
    ),
    (
        SHOP | {"features/shop/login.py": SEND + '@post("/other")\nasync def other() -> bool: ...\n'},
        "features/shop/login.py declares 2 routes",
    ),
    (
        SHOP
        | {
            "features/shop/orders/send.py": SEND.replace("import post", "import SqidId, post").replace(
                "order_id: int", "order_id: SqidId"
            )
        },
        "shop.orders.send: in its parameter `order_id` an id does not say which kind of row it names; write SqidId[",
    ),
    (
        SHOP
        | {
            "features/shop/orders/send.py": SEND.replace("import post", "import Page, Updated, post").replace(
                " -> bool", " -> Page[Updated]"
            )
        },
        "shop.orders.send: in its answer an id does not say which kind of row it names; write ",
    ),
    (
        SHOP
        | {
            "features/shop/orders/send.py": SEND.replace("import post", "import SqidId, post").replace(
                "order_id: int", "order_id: SqidId[int]"
            )
        },
        "shop.orders.send: in its parameter `order_id`, int has no id_kind, so no id can name its rows; name a model",
    ),
    (
        SHOP
        | {
            "features/shop/orders/send.py": SEND.replace("import post", "import PublicId, Schema, Status, post")
            + "class Sent(Schema):\n    by: PublicId[Status]\n"
        },
        "features/shop/orders/send.py: Status has no id_kind",
    ),
    (
        SHOP | {"features/shop/orders/send.py": SEND.replace(" -> bool", "")},
        "shop.orders.send: its handler must say what it returns, a class whose fields the client may see",
    ),
    (
        SHOP | {"features/shop/orders/send.py": SEND.replace(" -> bool", " -> dict[str, int]")},
        "shop.orders.send: its handler must say what it returns",
    ),
    (
        SHOP | {"features/shop/orders/send.py": SEND.replace(" -> bool", " -> list[dict[str, int]]")},
        "shop.orders.send: its handler must say what it returns",
    ),
    (
        SHOP
        | {
            "features/shop/orders/send.py": SEND.replace("button=", "access=PUBLIC, button=").replace(
                "import post", "import PUBLIC, post"
            )
        },
        "shop.orders.send is PUBLIC and names a button or a role, which nobody would be asked for",
    ),
    (
        SHOP | {"features/shop/orders/send.py": SEND.rpartition('"""')[2]},
        "features/shop/orders/send.py has no docstring; its first line says what the use case does",
    ),
    (SHOP | {"features/shop/feature.py": '"""Nothing yet."""\n'}, "features/shop/feature.py"),
    (SHOP | {"features/shop/access.py": '"""Nothing yet."""\n'}, "features/shop/access.py"),
    (
        SHOP | {"features/shop/reactions/on_order_sent.py": '"""Nothing yet."""\n'},
        "features/shop/reactions/on_order_sent.py registers no reaction; decorate one with @on(Event)",
    ),
]


@pytest.mark.parametrize(("files", "message"), BROKEN, ids=[message[:60] for _, message in BROKEN])
def test_a_file_that_breaks_the_form_is_named(files: dict[str, str], message: str, discovered: Features) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        discovered(files)


def test_no_slice_is_lost_because_its_folder_is_no_package(discovered: Features, tmp_path: Any) -> None:
    """A folder without an `__init__.py` is easily made, and a use case that is silently not there is hard to find."""
    folder = tmp_path / "features" / "shop" / "orders"
    folder.mkdir(parents=True)
    (folder / "send.py").write_text(SEND)
    try:
        (shop,) = discovered({"features/shop/feature.py": FEATURE})
    except ValueError as refused:
        assert "features/shop/orders" in str(refused)  # noqa: PT017  one or the other
    else:
        assert [each.name for each in shop.slices] == ["shop.orders.send"]


def test_a_folder_that_cannot_be_imported_is_not_passed_over(discovered: Features) -> None:
    with pytest.raises(ImportError, match="nothing_of_this_name"):
        discovered(SHOP | {"features/shop/orders/__init__.py": "import nothing_of_this_name\n"})


@pytest.mark.parametrize("folder", ["features/shop", "features/shop/orders"])
def test_what_a_folder_says_of_itself_is_run_once(
    folder: str, discovered: Features, capsys: pytest.CaptureFixture[str]
) -> None:
    discovered(SHOP | {f"{folder}/__init__.py": "print('ran')\n"})
    assert capsys.readouterr().out == "ran\n"


def test_an_error_in_a_slice_is_the_slice_s_own(discovered: Features) -> None:
    with pytest.raises(ZeroDivisionError):
        discovered(SHOP | {"features/shop/orders/send.py": "1 / 0\n"})


CODES = "from kernel import ResponseCode\n\n\nclass {name}(ResponseCode):\n    LOST = '{code}', 'It got lost.'\n"


def test_two_modules_may_not_claim_one_code(discovered: Features) -> None:
    files = {
        "features/post/feature.py": FEATURE,
        "features/post/codes.py": CODES.format(name="PostCode", code="9900"),
        "features/shop/feature.py": FEATURE,
        "features/shop/codes.py": CODES.format(name="ShopCode", code="9900"),
    }
    with pytest.raises(ValueError, match=r"^ShopCode\.LOST and PostCode\.LOST both claim the code 9900$"):
        discovered(files)


def test_a_module_may_not_claim_a_code_of_the_kernel(discovered: Features) -> None:
    with pytest.raises(ValueError, match=r"PostCode\.LOST = '1101': a feature's code has four digits, 4000 to 9999"):
        discovered(
            {"features/post/feature.py": FEATURE, "features/post/codes.py": CODES.format(name="PostCode", code="1101")}
        )


SETTINGS = """
from pydantic_settings import SettingsConfigDict

from kernel import ModuleSettings


class ShopSettings(ModuleSettings):
    model_config = SettingsConfigDict(env_prefix="SHOP_")

    open_hours: int = 8
"""


def test_a_malformed_setting_of_a_module_stops_the_start(discovered: Features, configure: Configure) -> None:
    configure(SHOP_OPEN_HOURS="long")
    with pytest.raises(SettingsError, match=r"^SHOP_OPEN_HOURS='long': "):
        discovered(SHOP | {"features/shop/settings.py": SETTINGS})


# --- databases


def test_a_module_s_tables_are_in_the_common_database(discovered: Features, configure: Configure) -> None:
    discovered(SHOP | {"features/shop/models.py": MODELS})
    config = database_config()
    assert list(config["connections"]) == ["default"]
    assert {label: (app["models"], app["default_connection"]) for label, app in config["apps"].items()} == {
        "kernel": (["kernel.identity.models", "kernel.unit_of_work.models"], "default"),
        "shop": (["features.shop.models"], "default"),
    }


def test_or_in_one_of_its_own(discovered: Features, configure: Configure) -> None:
    discovered(SHOP | {"features/shop/models.py": MODELS})
    configure(SHOP_DB_URL="sqlite://shop.sqlite3")
    config = database_config()
    assert config["connections"]["shop"]["credentials"]["file_path"] == "shop.sqlite3"
    assert [app["default_connection"] for app in config["apps"].values()] == ["default", "shop"]


def test_a_module_without_tables_needs_none(discovered: Features, configure: Configure) -> None:
    discovered(SHOP)
    configure(SHOP_DB_URL="sqlite://shop.sqlite3")
    assert list(database_config()["connections"]) == ["default"]


def test_nor_is_one_given_to_a_module_that_writes_tables_of_the_common_one(
    discovered: Features, configure: Configure
) -> None:
    tied = SHOP["features/shop/feature.py"].replace("title=", "own_database=False, title=")
    discovered(SHOP | {"features/shop/feature.py": tied, "features/shop/models.py": MODELS})
    database_config()
    configure(SHOP_DB_URL="sqlite://shop.sqlite3")
    with pytest.raises(SettingsError, match="SHOP_DB_URL: shop writes tables of the common database too; it cannot"):
        database_config()


@pytest.mark.parametrize("kind", ["ForeignKeyField", "OneToOneField", "ManyToManyField"])
def test_no_foreign_key_leads_out_of_a_database(kind: str, discovered: Features, configure: Configure) -> None:
    discovered(SHOP | {"features/shop/models.py": MODELS + f"    keeper = fields.{kind}('kernel.User')\n"})
    database_config()
    configure(SHOP_DB_URL="sqlite://shop.sqlite3")
    with pytest.raises(SettingsError) as refused:
        database_config()
    assert str(refused.value) == (
        "SHOP_DB_URL: Order.keeper is a foreign key to kernel.User, which is in the common database; "
        "shop cannot have one of its own"
    )


def test_the_house_s_own_features_are_discovered_once() -> None:
    assert modules.discover() is modules.discover()
    assert {"auth", "health", "hr", "route", "system_manage"} <= {each.name for each in modules.discover()}
