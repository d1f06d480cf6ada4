"""Which tables know which. A foreign key names its target in a string, `"hr.Employee"`, which import-linter does not see."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from tortoise import Model
from tortoise.context import TortoiseContext
from tortoise.fields.relational import ManyToManyFieldInstance, RelationalField

from kernel.database.config import tortoise_config
from kernel.slices.discovery import database_config
from tests.architecture.tree import plant

Apps = Mapping[str, Mapping[str, type[Model]]]


@asynccontextmanager
async def model_apps(config: dict[str, Any]) -> AsyncIterator[Apps]:
    """The models of each app, with their relations resolved and no connection made."""
    async with TortoiseContext() as context:
        await context.init(config=config, init_connections=False)
        assert context.apps is not None
        yield context.apps.apps


def relations(model: type[Model]) -> dict[str, RelationalField[Any]]:
    """The foreign keys and many-to-many relations that the model itself declares, not those that point back at it."""
    meta = model._meta
    found = {name: meta.fields_map[name] for name in sorted({*meta.fk_fields, *meta.o2o_fields, *meta.m2m_fields})}
    return {
        name: field
        for name, field in found.items()
        if isinstance(field, RelationalField) and not getattr(field, "_generated", False)
    }


def foreign_keys_over_walls(apps: Apps) -> list[str]:
    """The foreign keys that leave their app, other than to the kernel's tables."""
    return [
        f"{app}.{model.__name__}.{name} points to {target}.{field.related_model.__name__}; "
        "keep the id, and learn what changes from an event"
        for app, models in apps.items()
        for model in models.values()
        for name, field in relations(model).items()
        if (target := field.related_model._meta.app) not in (app, "kernel")
    ]


def tables_without_prefix(apps: Apps) -> list[str]:
    """The tables, those of many-to-many relations among them, whose name does not say whose they are."""
    found: list[str] = []
    for app, models in apps.items():
        prefix = "sys_" if app == "kernel" else f"{app}_"
        for model in models.values():
            through = [each.through for each in relations(model).values() if isinstance(each, ManyToManyFieldInstance)]
            tables = [model._meta.db_table, *through]
            found += [
                f"{app}.{model.__name__}: {table}; call it {prefix}..."
                for table in tables
                if not table.startswith(prefix)
            ]
    return found


async def test_foreign_keys_stay_inside():
    """A module can get a database of its own, or go, if no other one's rows depend on its rows."""
    async with model_apps(database_config()) as apps:
        assert foreign_keys_over_walls(apps) == []


async def test_tables_have_a_prefix():
    """Whoever reads the database, a dump or a slow-query log knows which folder a table belongs to."""
    async with model_apps(database_config()) as apps:
        assert tables_without_prefix(apps) == []


async def test_planted_models_are_caught(tmp_path, monkeypatch):
    """Any kind of relation out of the app is named, whichever file it is in; to its own app and to the kernel it is none."""
    plant(
        tmp_path,
        {
            "planted_shop.py": """
from tortoise import Model, fields

class Order(Model):
    id = fields.IntField(primary_key=True)
    user = fields.ForeignKeyField("kernel.User")
    letter = fields.OneToOneField("post.Letter")

    class Meta:
        table = "shop_order"
""",
            "planted_post.py": """
from tortoise import Model, fields

class Letter(Model):
    id = fields.IntField(primary_key=True)
    answers = fields.ForeignKeyField("post.Letter")
    orders = fields.ManyToManyField("shop.Order", through="order_of_letter")

    class Meta:
        table = "letter"
""",
            "planted_kernel.py": """
from tortoise import Model, fields

class User(Model):
    id = fields.IntField(primary_key=True)

    class Meta:
        table = "sys_user"
""",
        },
    )
    monkeypatch.syspath_prepend(tmp_path)
    models = {app: f"planted_{app}" for app in ("shop", "post", "kernel")}
    async with model_apps(tortoise_config(models, {"default": "sqlite://:memory:"})) as apps:
        assert foreign_keys_over_walls(apps) == [
            "shop.Order.letter points to post.Letter; keep the id, and learn what changes from an event",
            "post.Letter.orders points to shop.Order; keep the id, and learn what changes from an event",
        ]
        assert tables_without_prefix(apps) == [
            "post.Letter: letter; call it post_...",
            "post.Letter: order_of_letter; call it post_...",
        ]
