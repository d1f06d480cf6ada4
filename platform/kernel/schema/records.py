"""What handlers answer with most of the time: the record of an audited row, and what was created, changed or deleted."""

from typing import Annotated, Generic

from pydantic import AfterValidator, Field, computed_field

from kernel.ids import ROW, PublicId, SqidList
from kernel.schema.base import Request, Schema
from kernel.schema.types import Millis, format_local


class AuditedRecord(Schema, Generic[ROW]):
    """A row of an audited table: its id, and who wrote it when. The two `By` are user names.

    class EmployeeRecord(AuditedRecord[Employee]): ...
    """

    id: PublicId[ROW]
    created_by: str | None
    created_at: Millis
    updated_by: str | None
    updated_at: Millis

    @computed_field
    @property
    def fmt_created_at(self) -> str:
        return format_local(self.created_at)

    @computed_field
    @property
    def fmt_updated_at(self) -> str:
        return format_local(self.updated_at)


class Created(Schema, Generic[ROW]):
    created_id: PublicId[ROW]


class Updated(Schema, Generic[ROW]):
    updated_id: PublicId[ROW]


class Deleted(Schema, Generic[ROW]):
    deleted_id: PublicId[ROW]


class BatchDeleted(Schema, Generic[ROW]):
    deleted_ids: list[PublicId[ROW]]


class BatchDeleteRequest(Request, Generic[ROW]):
    """The rows to delete; an id that comes twice counts once."""

    ids: Annotated[SqidList[ROW], Field(min_length=1), AfterValidator(lambda ids: list(dict.fromkeys(ids)))]
