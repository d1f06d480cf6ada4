"""The server that is fuzzed, and where Hypothesis keeps its files."""

import hypothesis.configuration
import pytest

from tests import database


@pytest.fixture
def fuzzed(migrated: dict[str, str]) -> dict[str, str]:
    """The environment of a server that gives the same ids in every run, and spends no time on strong hashes."""
    hypothesis.configuration.set_hypothesis_home_dir(database.directory())
    return migrated | {"SQIDS_SEED": "a seed for fuzzing", "ARGON2_MEMORY_KIB": "64", "ARGON2_TIME_COST": "1"}
