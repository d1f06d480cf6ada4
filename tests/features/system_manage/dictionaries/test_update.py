"""system_manage.dictionaries.update"""

import asyncio
from datetime import timedelta

from syrupy.assertion import SnapshotAssertion

from features.system_manage.models import Dictionary
from kernel import clock
from tests.callers import Answer, Caller, as_snapshot
from tests.conftest import NOW, SignedIn
from tests.state import unchanged


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    changes = {"dictType": "category", "label": "Skills", "value": "skills", "order": 9, "status": "2", "remark": "New"}
    assert as_snapshot(await update(await signed_in("R_ADMIN"), "skill", **changes), events) == snapshot
    entry = await Dictionary.get(value="skills")
    assert (entry.dict_type, entry.label, entry.order, entry.status, entry.remark) == (
        "category",
        "Skills",
        9,
        "2",
        "New",
    )


async def test_changes_only_what_is_sent(signed_in: SignedIn) -> None:
    await Dictionary.filter(value="skill").update(remark="Old")
    (before,) = await Dictionary.filter(value="skill").values()
    admin, later = await signed_in("R_ADMIN"), NOW + timedelta(hours=1)
    with clock.frozen(later):
        assert (await update(admin, "skill", label="Skills", createdBy="x")).code == "0000"
    (after,) = await Dictionary.filter(value="skill").values()
    assert after == before | {"label": "Skills", "updated_by": "Admin", "updated_at": later}
    assert (await update(admin, "skill", remark=None)).code == "0000"
    assert (await Dictionary.get(value="skill")).remark is None


async def test_nothing_sent_changes_nothing(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    async with unchanged():
        assert (await update(admin, "skill")).code == "0000"


async def test_a_value_that_is_taken(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    async with unchanged():
        assert (await update(admin, "skill", value="role", label="New")).code == "2300"
    assert (await update(admin, "skill", value="skill", label="New")).code == "0000"


async def test_two_at_once_to_one_value(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    answers = await asyncio.gather(*(update(admin, each, value="new") for each in ("skill", "role")))
    assert sorted(answer.code for answer in answers) == ["0000", "2300"]


async def test_one_that_is_not_there(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    async with unchanged():
        for changes in ({}, {"label": "New"}):
            answer = await admin.call("system_manage.dictionaries.update", dictionary_id=999_999, **changes)
            assert answer.code == "1101"


async def test_wrong_values(signed_in: SignedIn) -> None:
    admin = await signed_in("R_ADMIN")
    wrong = {"dictType": "", "label": None, "value": " ", "order": None, "status": "0", "remark": "r" * 501}
    async with unchanged():
        answer = await update(admin, "skill", **wrong)
    assert (answer.code, answer.wrong_fields) == ("1200", list(wrong))


async def update(caller: Caller, value: str, /, **changes: object) -> Answer:
    entry = await Dictionary.get(value=value)
    return await caller.call("system_manage.dictionaries.update", dictionary_id=entry.id, **changes)
