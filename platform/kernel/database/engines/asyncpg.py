"""PostgreSQL through asyncpg, observed and bounded.

Nobody waits for a connection, and nobody for an answer, longer than the settings allow. A read outside of a transaction
whose connection is lost is done once more on a fresh one. Once a transaction has committed, nothing that happens to its
connection is raised.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any

import structlog
from asyncpg import InterfaceError
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    NestedTransactionContext,
    TransactionalDBClient,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.connection import get_connections
from tortoise.exceptions import DBConnectionError

from kernel.database.driver_errors import DRIVER_ERRORS, CommitUnknown, DatabaseBusy, is_lost, is_unavailable
from kernel.database.engines import ObservedClient, is_read

log = structlog.get_logger(__name__)


class AsyncpgTransaction(ObservedClient, TransactionWrapper):
    """A transaction or savepoint whose statements are observed."""

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(AsyncpgTransaction(self))


class AsyncpgTransactionContext(TransactionContextPooled):
    """Gives the connection back whatever happens, and tells of a commit what is known of it, no more and no less."""

    async def __aenter__(self) -> TransactionalDBClient:
        try:
            await self._begin()
        except DRIVER_ERRORS as error:
            if not is_lost(error):
                raise
            await self._pooled._expire_connections()  # nothing has been done yet, so it may be done again
            await self._begin()
        self.token = get_connections().set(self.connection_name, self.client)
        return self.client

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _traceback: TracebackType | None
    ) -> None:
        get_connections().reset(self.token)
        try:
            if self.client._finalized:
                return
            if error is None:
                await self._commit()
            elif not isinstance(error, TimeoutError):  # then giving back ends the connection, and what it did
                await self._roll_back()
        except BaseException as failure:
            error = failure
            raise
        finally:
            await self._pooled.give_back(self.client._connection, error)

    @property
    def _pooled(self) -> "AsyncpgClient":
        parent = self.client._parent
        assert isinstance(parent, AsyncpgClient)
        return parent

    async def _begin(self) -> None:
        self.client._connection = connection = await self._pooled.take()
        try:
            await self.client.begin()
        except BaseException as error:
            await self._pooled.give_back(connection, error)
            raise

    async def _commit(self) -> None:
        try:
            await self.client.commit()
        except DRIVER_ERRORS as error:
            if is_unavailable(error):
                raise CommitUnknown(f"{type(error).__name__} during COMMIT: {error}") from error
            raise

    async def _roll_back(self) -> None:
        try:
            await self.client.rollback()
        except DRIVER_ERRORS as failure:  # the reason for the rollback says more; the server undoes what was lost
            log.warning("connection lost at a rollback", error=_text(failure))
            _end(self.client._connection)


class _Held:
    """A connection of the pool for one statement."""

    __slots__ = ("_client", "_connection")

    def __init__(self, client: "AsyncpgClient") -> None:
        self._client = client

    async def __aenter__(self) -> Any:
        self._connection = await self._client.take()
        return self._connection

    async def __aexit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        await self._client.give_back(self._connection, error)


class _PooledClient(AsyncpgDBClient):
    """The stock client with bounded waits; reads are tried again."""

    def __init__(self, *arguments: Any, acquire_timeout: float = 5, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.acquire_timeout = acquire_timeout

    def acquire_connection(self) -> Any:
        return _Held(self)  # pyright: ignore[reportArgumentType]  like the stock wrapper, without its base

    async def take(self) -> Any:
        """A connection of the pool. Raises DatabaseBusy, DBConnectionError if the server cannot be reached."""
        try:
            async with asyncio.timeout(self.acquire_timeout):
                if self._pool is None:
                    await self._open_pool()
                assert self._pool
                return await self._pool.acquire()
        except TimeoutError:
            raise DatabaseBusy(f"no connection was free, or could be opened, in {self.acquire_timeout:g} s") from None
        except OSError as error:  # also for a host that has no address or no route
            raise DBConnectionError(error) from error

    async def give_back(self, connection: Any, error: BaseException | None) -> None:
        """Give a connection back after `error`. What was done with it is done: raises nothing."""
        if error and isinstance(error.__cause__ or error, TimeoutError):
            _end(connection)  # or giving it back would wait as long again for the same silent server
        if self._pool is None:
            return
        try:
            await self._pool.release(connection, timeout=self.acquire_timeout)
        except Exception as failure:  # asyncpg has closed it, and opens another when one is needed
            log.warning("connection lost as it was given back", error=_text(failure))

    async def execute_query(self, query: str, values: list[Any] | None = None) -> tuple[int, Sequence[dict[str, Any]]]:
        try:
            return await super().execute_query(query, values)
        except DRIVER_ERRORS as error:
            await self._prepare_second_try(query, error)
        return await super().execute_query(query, values)

    async def execute_query_dict(self, query: str, values: list[Any] | None = None) -> list[dict[str, Any]]:
        try:
            return await super().execute_query_dict(query, values)
        except DRIVER_ERRORS as error:
            await self._prepare_second_try(query, error)
        return await super().execute_query_dict(query, values)

    async def _prepare_second_try(self, query: str, error: Exception) -> None:
        """Have the next statement run on a fresh connection; raise `error` if it must not run again."""
        if not is_read(query) or not is_lost(error):
            raise error
        log.warning("connection lost, reading again", error=_text(error))
        await self._expire_connections()

    async def _open_pool(self) -> None:
        async with self._pool_init_lock:
            if self._pool is None:
                await self.create_connection(with_db=True)


class AsyncpgClient(ObservedClient, _PooledClient):
    """The stock client, observed and bounded."""

    def _in_transaction(self) -> TransactionContext:
        return AsyncpgTransactionContext(AsyncpgTransaction(self), self._pool_init_lock)


def _end(connection: Any) -> None:
    with suppress(InterfaceError):  # it has ended by itself
        connection.terminate()


def _text(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}"


client_class = AsyncpgClient
