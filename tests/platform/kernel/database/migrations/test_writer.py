"""A migration is written where tables differ, and only there."""

from pathlib import Path
from typing import Any

import pytest

from kernel.database.config import tortoise_config
from kernel.database.migrations.editors import MigrationError
from kernel.database.migrations.runner import migrate
from kernel.database.migrations.writer import missing_migrations, write
from tests.platform.kernel.database.databases import sample_config
from tests.platform.kernel.database.scratch import quiet

MODELS = """
from enum import IntEnum, StrEnum
from tortoise import fields
from kernel import AuditedModel


class State(StrEnum):
    NEW = "new"
    SENT = "sent"


class Rank(IntEnum):
    LOW = 1
    HIGH = 2


class Parcel(AuditedModel):
    '''What is sent.'''

    state = fields.CharEnumField(State, max_length=8, default=State.NEW, db_index=True)
    rank = fields.IntEnumField(Rank, description="how soon")

    class Meta:
        table = "parcel"
"""

CHANGES = {
    "SENT": 'LOST = "lost"\n    SENT',
    "HIGH": "HIGHEST = 3\n    HIGH",
    "What is sent": "What goes out",
    "default=State.NEW": "default=State.SENT",
    "State": "Status",
}


def parcels(root: Path, name: str, models: str, url: str = "sqlite://:memory:") -> dict[str, Any]:
    (root / f"{name}.py").write_text(models, encoding="utf-8")
    packages = f"packages_of_{root.name}"  # of its own for each test: Python remembers where a package stands
    (root / packages).mkdir(exist_ok=True)
    (root / packages / "__init__.py").touch()
    config = tortoise_config({"parcels": name}, {"default": url})
    config["apps"]["parcels"]["migrations"] = f"{packages}.parcels"
    return config


async def test_a_migration_says_what_the_columns_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_url: str
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    config = parcels(tmp_path, "parcels_before", MODELS, sqlite_url)
    (path,) = write(await missing_migrations(config))
    assert path == tmp_path / f"packages_of_{tmp_path.name}" / "parcels" / "0001_initial.py"
    text = path.read_text(encoding="utf-8")
    assert "fields.CharField(default='new', db_index=True, max_length=8)" in text
    assert "fields.SmallIntField(description='how soon')" in text
    assert all(line.startswith("from tortoise") for line in text.splitlines() if "import" in line)
    assert await migrate(config, report=quiet) == 1
    assert await missing_migrations(config) == []

    reworded = MODELS
    for old, new in CHANGES.items():
        reworded = reworded.replace(old, new)
    assert await missing_migrations(parcels(tmp_path, "parcels_reworded", reworded)) == []
    longer = parcels(tmp_path, "parcels_longer", MODELS.replace("max_length=8", "max_length=16"))
    (change,) = await missing_migrations(longer)
    assert "fields.CharField(default='new', db_index=True, max_length=16)" in change.as_string()


async def test_migrations_that_stand_need_no_more(sqlite_url: str) -> None:
    assert await missing_migrations(sample_config(sqlite_url)) == []


def files(root: Path) -> set[str]:
    return {str(path.relative_to(root)) for path in root.rglob("*") if "__pycache__" not in path.parts}


OURS = """
from tortoise import fields
from kernel import AuditedModel


class Short(fields.CharField):
    def __init__(self, **kwargs):
        super().__init__(**{"max_length": 20, **kwargs})


class Parcel(AuditedModel):
    label = Short()

    class Meta:
        table = "parcel"
"""


@pytest.mark.parametrize("change", [("Short()", "fields.JSONField(encoder=lambda value: '{}')"), ("", "")])
async def test_what_no_file_can_say_is_refused_and_leaves_no_file(
    change: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor a folder, nor the file of another app that could be written."""
    monkeypatch.syspath_prepend(tmp_path)
    name = f"ours_{len(change[0])}"
    config = parcels(tmp_path, name, OURS.replace(*change), "sqlite://:memory:")
    (tmp_path / "aaa.py").write_text(MODELS, encoding="utf-8")
    two = tortoise_config({"aaa": "aaa", "parcels": name}, {"default": "sqlite://:memory:"})
    two["apps"]["aaa"]["migrations"] = f"packages_of_{tmp_path.name}.aaa"
    two["apps"]["parcels"] = config["apps"]["parcels"]
    before = files(tmp_path)
    missing = await missing_migrations(two)
    assert [each.app_label for each in missing] == ["aaa", "parcels"]
    expected = "Cannot serialize lambda" if change[0] else f"its migration would import {name}.Short"
    monkeypatch.setattr("kernel.database.migrations.writer.OURS", (name,))
    with pytest.raises(MigrationError, match=f"^parcels: .*{expected}"):
        write(missing)
    assert files(tmp_path) == before


async def test_a_disk_that_is_full_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    missing = await missing_migrations(parcels(tmp_path, "parcels_unwritten", MODELS))
    before = files(tmp_path)

    def begin_and_fail(path: Path, text: str, encoding: str) -> None:
        path.write_bytes(text[:9].encode(encoding))
        raise OSError("No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_text", begin_and_fail)
        with pytest.raises(OSError, match="No space"):
            write(missing)
    assert files(tmp_path) == before


async def test_a_later_migration_is_called_by_what_it_does_or_as_one_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    write(await missing_migrations(parcels(tmp_path, "parcels_named", MODELS)))
    wider = MODELS.replace("rank = ", "width = fields.IntField(null=True)\n    rank = ")
    (change,) = await missing_migrations(parcels(tmp_path, "parcels_wider", wider))
    assert change.name == "0002_parcel_add_width"
    (change,) = await missing_migrations(parcels(tmp_path, "parcels_wider", wider), name="how_wide")
    assert change.name == "0002_how_wide"
    for name in ("", "How wide", "x" * 61, "../away"):
        with pytest.raises(MigrationError, match=r"--name .*: a name is 1 to 60"):
            await missing_migrations(parcels(tmp_path, "parcels_wider", wider), name=name)


async def test_a_name_is_for_one_migration(sqlite_url: str) -> None:
    config = sample_config(sqlite_url)
    for label, app in config["apps"].items():
        app["migrations"] = f"tests.nothing_{label}"
    with pytest.raises(MigrationError, match="club, visits have changed; name one of these modules"):
        await missing_migrations(config, name="both")
