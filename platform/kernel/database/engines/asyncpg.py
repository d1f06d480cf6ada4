"""PostgreSQL through asyncpg, observed."""

from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import (
    NestedTransactionContext,
    TransactionalDBClient,
    TransactionContext,
    TransactionContextPooled,
)
from tortoise.connection import get_connections

from kernel.database.engines import ObservedClient


class AsyncpgTransaction(ObservedClient, TransactionWrapper):
    """A transaction or savepoint whose statements are observed."""

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(AsyncpgTransaction(self))


class AsyncpgTransactionContext(TransactionContextPooled):
    """Gives the connection back if the transaction cannot begin; the stock context would keep it from the pool."""

    async def __aenter__(self) -> TransactionalDBClient:
        await self.ensure_connection()
        pool = self.client._parent._pool
        self.client._connection = await pool.acquire()
        try:
            await self.client.begin()
        except BaseException:
            await pool.release(self.client._connection)
            raise
        self.token = get_connections().set(self.connection_name, self.client)
        return self.client


class AsyncpgClient(ObservedClient, AsyncpgDBClient):
    """The stock client, observed."""

    def _in_transaction(self) -> TransactionContext:
        return AsyncpgTransactionContext(AsyncpgTransaction(self), self._pool_init_lock)


client_class = AsyncpgClient
