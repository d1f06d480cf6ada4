"""A migration is written where tables differ, and only there."""

from pathlib import Path
from typing import Any

import pytest

from kernel.database.config import tortoise_config
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
    (root / "packages").mkdir(exist_ok=True)
    (root / "packages" / "__init__.py").touch()
    config = tortoise_config({"parcels": name}, {"default": url})
    config["apps"]["parcels"]["migrations"] = "packages.parcels"
    return config


async def test_a_migration_says_what_the_columns_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sqlite_url: str
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    config = parcels(tmp_path, "parcels_before", MODELS, sqlite_url)
    (missing,) = await missing_migrations(config)
    path = write(missing)
    assert path == tmp_path / "packages" / "parcels" / "0001_initial.py"
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
