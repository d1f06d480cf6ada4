"""What handlers answer with most of the time: the record of an audited row, and what was created, changed or deleted."""

from typing import Annotated

from pydantic import AfterValidator, Field, computed_field

from kernel.ids import PublicId, SqidList
from kernel.schema.base import Request, Schema
from kernel.schema.types import Millis, format_local


class AuditedRecord(Schema):
    """A row of an audited table: its id, and who wrote it when. The two `By` are user names."""

    id: PublicId
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


class Created(Schema):
    created_id: PublicId


class Updated(Schema):
    updated_id: PublicId


class Deleted(Schema):
    deleted_id: PublicId


class BatchDeleted(Schema):
    deleted_ids: list[PublicId]


class BatchDeleteRequest(Request):
    """The rows to delete; an id that comes twice counts once."""

    ids: Annotated[SqidList, Field(min_length=1), AfterValidator(lambda ids: list(dict.fromkeys(ids)))]
