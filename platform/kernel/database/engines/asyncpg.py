"""PostgreSQL through asyncpg, observed."""

from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper
from tortoise.backends.base.client import NestedTransactionContext, TransactionContext, TransactionContextPooled

from kernel.database.engines import ObservedClient


class AsyncpgTransaction(ObservedClient, TransactionWrapper):
    """A transaction or savepoint whose statements are observed."""

    def _in_transaction(self) -> TransactionContext:
        return NestedTransactionContext(AsyncpgTransaction(self))


class AsyncpgClient(ObservedClient, AsyncpgDBClient):
    """The stock client, observed."""

    def _in_transaction(self) -> TransactionContext:
        return TransactionContextPooled(AsyncpgTransaction(self), self._pool_init_lock)


client_class = AsyncpgClient
