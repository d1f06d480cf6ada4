"""What models have and migrations have not is found without a guess that could cost rows."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kernel.database.config import tortoise_config
from kernel.database.migrations.changes import Renames
from kernel.database.migrations.editors import MigrationError
from kernel.database.migrations.runner import downgrade, migrate
from kernel.database.migrations.writer import missing_migrations, write
from tests.platform.kernel.database.databases import connected
from tests.platform.kernel.database.scratch import indexed_columns, quiet, rows

MODELS = """
from tortoise import fields
from kernel import AuditedModel, SoftDelete


class Depot(AuditedModel):
    '''Where parcels wait.'''

    name = fields.CharField(max_length=20)

    class Meta:
        table = "depot"


class Parcel(AuditedModel):
    label = fields.CharField(max_length=20)
    weight = fields.IntField(default=0)
    depot: fields.ForeignKeyRelation[Depot] = fields.ForeignKeyField("post.Depot", related_name="parcels")

    class Meta:
        table = "parcel"
        indexes = (("label",),)
"""
TITLE = MODELS.replace("label = ", "title = ").replace('"label"', '"title"')
FILLED = (
    "INSERT INTO depot (name, created_at, updated_at) VALUES ('north', '2026-01-01 00:00:00', '2026-01-01 00:00:00');"
    "INSERT INTO parcel (label, weight, depot_id, created_at, updated_at)"
    " VALUES ('first', 7, 1, '2026-01-01 00:00:00', '2026-01-01 00:00:00')"
)
Models = Callable[..., dict[str, Any]]
_numbers = itertools.count()


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_url: str) -> Models:
    """`models(post=SOURCE)`: the configuration of these apps, of their present models and the migrations written so far."""
    monkeypatch.syspath_prepend(tmp_path)
    package = f"packages_{next(_numbers)}"
    (tmp_path / package).mkdir()
    (tmp_path / package / "__init__.py").touch()

    def configure(url: str = sqlite_url, **sources: str) -> dict[str, Any]:
        modules = {label: f"{label}_{next(_numbers)}" for label in sources}
        for label, source in sources.items():
            (tmp_path / f"{modules[label]}.py").write_text(source, encoding="utf-8")
        config = tortoise_config(modules, {"default": url})
        for label, app in config["apps"].items():
            app["migrations"] = f"{package}.{label}"
        return config

    return configure


async def made(config: dict[str, Any], *apps: str, **options: Any) -> str:
    """Write what is missing. Gives the one file's text."""
    (path,) = write(await missing_migrations(config, apps, **options))
    return path.read_text(encoding="utf-8")


async def test_a_renamed_model_keeps_its_table_and_rows(models: Models, url: str) -> None:
    """So do its keys and what points to it, whatever its docstring and its bases are now."""
    await made(models(url, post=MODELS))
    await migrate(models(url, post=MODELS), report=quiet)
    renamed = MODELS.replace("Depot", "Station").replace("Where parcels wait", "Where parcels are sorted")
    text = await made(models(url, post=renamed))
    assert "ops.RenameModel(old_name='Depot', new_name='Station')" in text
    assert text.count("ops.") == 1 + text.count("import operations as ops.")
    async with connected(models(url, post=renamed)) as client:
        await client.execute_script(FILLED)
        assert await migrate(models(url, post=renamed), report=quiet) == 1
        assert await rows(client, "SELECT d.name, p.label FROM parcel p JOIN depot d ON d.id = p.depot_id") == [
            ("north", "first")
        ]
    assert await missing_migrations(models(url, post=renamed)) == []
    assert await downgrade(models(url, post=renamed), "post.0001_initial", quiet) == 1


async def test_bases_and_docstrings_make_no_migration(models: Models) -> None:
    await made(models(post=MODELS))
    mixed_in = MODELS.replace("class Parcel(", "class Heavy:\n    pass\n\n\nclass Parcel(Heavy, ")
    reworded = mixed_in.replace("Where parcels wait", "Where parcels are sorted")
    assert await missing_migrations(models(post=reworded)) == []


async def test_a_column_that_gets_a_meaning_of_ours_makes_no_migration(models: Models) -> None:
    """And a new one of the kind is written as what it is to the table."""
    await made(models(post=MODELS))
    stamped = MODELS.replace("label = fields.CharField(max_length=20)", "label = UploadField(max_length=20)")
    stamped = stamped.replace("AuditedModel, SoftDelete", "AuditedModel, UploadField")
    assert await missing_migrations(models(post=stamped)) == []
    text = await made(
        models(post=stamped.replace("    weight", "    stamp = UploadField(max_length=9, null=True)\n    weight"))
    )
    assert "field=fields.CharField(null=True, max_length=9)" in text


async def test_migrations_that_hold_a_description_need_no_more(models: Models) -> None:
    """Those that were written before do."""
    (written,) = write(await missing_migrations(models(post=MODELS)))
    text = written.read_text(encoding="utf-8")
    assert "table_description" not in text
    old = text.replace("{'table': 'depot'", "{'table_description': 'Depot', 'table': 'depot'")
    assert old != text
    written.write_text(old, encoding="utf-8")
    assert await missing_migrations(models(post=MODELS)) == []


async def test_a_renamed_table_is_refused(models: Models) -> None:
    await made(models(post=MODELS))
    for changed in (
        MODELS.replace('"parcel"', '"packet"'),
        MODELS.replace('"parcel"', '"packet"').replace("Parcel(", "Packet("),
    ):
        with pytest.raises(MigrationError, match="leave `table = 'parcel'`"):
            await missing_migrations(models(post=changed))


async def test_a_model_that_is_another_one_is_said_to_be(models: Models) -> None:
    await made(models(post=MODELS))
    another = MODELS.replace('"parcel"', '"packet"').replace("Parcel(", "Packet(")
    text = await made(models(post=another), renames=Renames(no_others=True))
    assert "ops.DeleteModel(name='Parcel')" in text
    assert "name='Packet'" in text


async def test_a_renaming_is_not_guessed(models: Models) -> None:
    """A column that is gone and one like it that is new: either may cost rows their values."""
    await made(models(post=MODELS))
    with pytest.raises(MigrationError) as refused:
        await missing_migrations(models(post=TITLE))
    assert "Parcel.label is gone, title is new" in str(refused.value)
    assert "just makemigrations post --renamed OLD:NEW" in str(refused.value)
    assert "--not-renamed" in str(refused.value)
    other_kind = MODELS.replace(
        "    label = fields.CharField(max_length=20)\n", "    rank = fields.IntField(default=1)\n"
    )
    text = await made(models(post=other_kind.replace('        indexes = (("label",),)\n', "")))
    assert "ops.AddField" in text
    assert "ops.RemoveField(model_name='Parcel', name='label')" in text


async def test_a_renamed_column_keeps_its_values_and_its_index(models: Models, url: str) -> None:
    await made(models(url, post=MODELS))
    await migrate(models(url, post=MODELS), report=quiet)
    longer = TITLE.replace("title = fields.CharField(max_length=20)", "title = fields.CharField(max_length=40)")
    config = models(url, post=longer.replace("weight = ", "stamp = fields.CharField(20, null=True)\n    weight = "))
    with pytest.raises(MigrationError, match="label is gone, stamp and title are new"):
        await missing_migrations(config)
    text = await made(config, renames=Renames(frozenset({("label", "title")})))
    assert text.index("ops.RemoveIndex") < text.index("ops.RenameField") < text.index("ops.AlterField")
    assert text.index("ops.AlterField") < text.index("ops.AddField") < text.index("ops.AddIndex")
    async with connected(config) as client:
        await client.execute_script(FILLED)
        assert await migrate(config, report=quiet) == 1
        assert await rows(client, "SELECT title, stamp FROM parcel") == [("first", None)]
        assert "title" in await indexed_columns(client, "parcel")
        assert await downgrade(config, "post.0001_initial", quiet) == 1
        assert await rows(client, "SELECT label FROM parcel") == [("first",)]


async def test_a_column_that_was_not_renamed_is_new(models: Models, url: str) -> None:
    await made(models(url, post=MODELS))
    await migrate(models(url, post=MODELS), report=quiet)
    config = models(url, post=TITLE.replace("title = fields.CharField(", "title = fields.CharField(db_default='',"))
    await made(config, renames=Renames(no_others=True))
    async with connected(config) as client:
        await client.execute_script(FILLED)
        assert await migrate(config, report=quiet) == 1
        assert await rows(client, "SELECT title FROM parcel") == [("",)]


async def test_a_renaming_that_is_none_is_refused(models: Models) -> None:
    await made(models(post=MODELS))
    for pair in (("label", "name"), ("nothing", "title")):
        renames = Renames(frozenset({pair}), no_others=True)
        with pytest.raises(MigrationError, match=f"--renamed {pair[0]}:{pair[1]}: no model has lost a column"):
            await missing_migrations(models(post=TITLE), renames=renames)


async def test_a_renamed_relation_is_refused(models: Models) -> None:
    await made(models(post=MODELS))
    moved = models(post=MODELS.replace("depot: ", "place: ").replace("    depot", "    place"))
    with pytest.raises(MigrationError, match=r"Parcel\.depot is gone, place is new"):
        await missing_migrations(moved)
    with pytest.raises(MigrationError, match="is a relation, and those are not renamed"):
        await missing_migrations(moved, renames=Renames(frozenset({("depot", "place")})))


async def test_a_changed_primary_key_is_refused(models: Models) -> None:
    await made(models(post=MODELS))
    changed = MODELS.replace(
        "class Parcel(AuditedModel):", "class Parcel(AuditedModel):\n    id = fields.IntField(primary_key=True)"
    )
    with pytest.raises(MigrationError, match="primary key, id, cannot be changed"):
        await missing_migrations(models(post=changed))


STAMPS = """
from tortoise import fields
from kernel import AuditedModel


class Stamp(AuditedModel):
    parcel = fields.ForeignKeyField("post.Parcel", related_name="stamps")

    class Meta:
        table = "stamp"
"""


async def test_first_migrations_of_two_apps_depend_on_one_another(models: Models, url: str) -> None:
    """Whatever their names: what is pointed to is made first."""
    config = models(url, albums=STAMPS, post=MODELS)
    albums, post = write(await missing_migrations(config))
    assert "dependencies = [('post', '0001_initial')]" in albums.read_text(encoding="utf-8")
    assert "dependencies" not in post.read_text(encoding="utf-8")
    applied: list[str] = []
    await migrate(config, "albums", applied.append)
    assert applied == ["applied post.0001_initial", "applied albums.0001_initial"]


async def test_a_later_migration_depends_on_what_is_written_with_it(models: Models) -> None:
    await made(models(post=MODELS))
    stamps = STAMPS.replace("post.Parcel", "post.Box")
    boxes = MODELS + "\n\nclass Box(AuditedModel):\n    class Meta:\n        table = 'box'\n"
    config = models(albums=stamps, post=boxes)
    with pytest.raises(
        MigrationError, match=r"albums points to post\.Box, which no migration makes yet: just makemigr"
    ):
        await missing_migrations(config, ["albums"])
    albums, post = write(await missing_migrations(config))
    assert f"('post', '{post.stem}')" in albums.read_text(encoding="utf-8")
    assert post.stem == "0002_box_create"


async def test_links_to_a_renamed_model_stay(models: Models, url: str) -> None:
    """The columns of the table of links are called after the model unless one says otherwise."""
    tagged = MODELS + (
        "\n\nclass Tag(AuditedModel):\n"
        "    parcels = fields.ManyToManyField('post.Parcel', related_name='tags', through='parcel_tag')\n\n"
        "    class Meta:\n        table = 'tag'\n"
    )
    await made(models(url, post=tagged))
    await migrate(models(url, post=tagged), report=quiet)
    config = models(url, post=tagged.replace("Parcel", "Packet"))
    assert "forward_key='packet_id'" in await made(config)
    async with connected(config) as client:
        await client.execute_script(
            FILLED + ";INSERT INTO tag (created_at, updated_at) VALUES ('2026-01-01 00:00:00', '2026-01-01 00:00:00');"
            "INSERT INTO parcel_tag (tag_id, parcel_id) VALUES (1, 1)"
        )
        await migrate(config, report=quiet)
        assert await rows(client, "SELECT tag_id, packet_id FROM parcel_tag") == [(1, 1)]
        assert await downgrade(config, "post.0001_initial", quiet) == 1
        assert await rows(client, "SELECT tag_id, parcel_id FROM parcel_tag") == [(1, 1)]
    assert await missing_migrations(config) == []
