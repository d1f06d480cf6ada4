"""Tortoise engines of our own: the stock clients, whose statements `kernel.database.statements` can see.

Tortoise picks the migration editor by the engine's module path, so the modules' names must hold `sqlite` or `asyncpg`.
"""

from collections.abc import Sequence
from typing import Any

from tortoise.backends.base.client import BaseDBAsyncClient

from kernel.database.statements import reported


class ObservedClient(BaseDBAsyncClient):
    """Stands before a stock client or transaction wrapper among the bases and reports each statement once."""

    async def execute_insert(self, query: str, values: list[Any]) -> Any:
        return await reported(query, super().execute_insert(query, values))

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Sequence[dict[str, Any]]]:
        return await reported(query, super().execute_query(query, values))

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        return await reported(query, super().execute_query_dict(query, values))

    async def execute_many(self, query: str, values: list[list[Any]]) -> None:
        await reported(query, super().execute_many(query, values))

    async def execute_script(self, query: str) -> None:
        await reported(query, super().execute_script(query))


def is_read(query: str) -> bool:
    """Whether a statement only reads, so that it may run on another connection, or twice."""
    return query.lstrip()[:6].upper() == "SELECT"
