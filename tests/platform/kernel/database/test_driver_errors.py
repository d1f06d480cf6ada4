"""What the text of a database's error says of the index that was violated."""

import pytest
from tortoise.exceptions import IntegrityError

from kernel.database.driver_errors import violated_unique
from tests.platform.kernel.database.databases import connected, sample_config

TABLES = """
CREATE TABLE shelf (id int PRIMARY KEY);
CREATE TABLE book (
    code varchar(20) UNIQUE, "order" int, shelf int NOT NULL REFERENCES shelf (id), title varchar(20), gone int,
    CHECK (gone > 0), UNIQUE (shelf, "order")
);
CREATE UNIQUE INDEX one_title ON book (title) WHERE gone IS NULL;
INSERT INTO shelf VALUES (1);
INSERT INTO book VALUES ('a)=(b', 1, 1, 'x', NULL);
"""


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("'a)=(b', 2, 1, 'y', NULL", ("book", ["code"])),
        ("'c', 1, 1, 'y', NULL", ("book", ["shelf", "order"])),
        ("'c', 2, 1, 'x', NULL", ("book", ["title"])),
        ("'c', 2, 99, 'y', NULL", None),
        ("'c', 2, NULL, 'y', NULL", None),
        ("'c', 2, 1, 'x', 0", None),
    ],
    ids=["column", "several columns", "partial", "foreign key", "not null", "check"],
)
async def test_a_unique_violation_names_table_and_columns(
    url: str, row: str, told: tuple[str, list[str]] | None
) -> None:
    async with connected(sample_config(url)) as client:
        await client.execute_script(TABLES)
        with pytest.raises(IntegrityError) as violation:
            await client.execute_query(f"INSERT INTO book VALUES ({row})")
    assert violated_unique(violation.value) == told


async def test_an_index_over_expressions_names_no_columns(url: str) -> None:
    async with connected(sample_config(url)) as client:
        await client.execute_script(f"{TABLES}; CREATE UNIQUE INDEX one_lower_code ON book (lower(code))")
        with pytest.raises(IntegrityError) as violation:
            await client.execute_query("INSERT INTO book VALUES ('A)=(B', 2, 1, 'y', NULL)")
    assert violated_unique(violation.value) == ("book" if "postgres" in url else "", [])
