"""What handlers answer with most of the time."""

from datetime import timedelta

import pytest
from pydantic import ValidationError

from features.hr.models import Department
from kernel.ids import public_id
from kernel.schema.records import AuditedRecord, BatchDeleted, BatchDeleteRequest, Created, Deleted, Updated
from tests.conftest import NOW
from tests.platform.kernel.conftest import Configure


def test_a_record_says_who_wrote_it_and_when(configure: Configure) -> None:
    configure(APP_TIMEZONE="Asia/Shanghai")
    row = {"id": 7, "created_by": "ann", "created_at": NOW, "updated_by": None, "updated_at": NOW + timedelta(hours=1)}
    assert AuditedRecord[Department].model_validate(row).model_dump(mode="json") == {
        "id": public_id(Department, 7),
        "createdBy": "ann",
        "createdAt": 1_768_465_800_000,
        "fmtCreatedAt": "2026-01-15 16:30:00",
        "updatedBy": None,
        "updatedAt": 1_768_469_400_000,
        "fmtUpdatedAt": "2026-01-15 17:30:00",
    }


def test_what_was_written_is_named_by_its_id() -> None:
    assert Created[Department](created_id=7).model_dump() == {"createdId": public_id(Department, 7)}
    assert Updated[Department](updated_id=7).model_dump() == {"updatedId": public_id(Department, 7)}
    assert Deleted[Department](deleted_id=7).model_dump() == {"deletedId": public_id(Department, 7)}
    assert BatchDeleted[Department](deleted_ids=[7, 8]).model_dump() == {
        "deletedIds": [public_id(Department, 7), public_id(Department, 8)]
    }


def test_a_batch_has_each_id_once_and_a_thousand_at_most() -> None:
    thousand = [public_id(Department, row_id) for row_id in range(1, 1001)]
    assert BatchDeleteRequest[Department].model_validate({"ids": thousand}).ids == list(range(1, 1001))
    assert BatchDeleteRequest[Department].model_validate(
        {"ids": [public_id(Department, 7), public_id(Department, 8), public_id(Department, 7)]}
    ).ids == [7, 8]
    for ids in ([], [*thousand, public_id(Department, 1001)]):
        with pytest.raises(ValidationError):
            BatchDeleteRequest[Department].model_validate({"ids": ids})
