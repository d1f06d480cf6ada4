"""system_manage.dictionaries.options"""

import pytest
from syrupy.assertion import SnapshotAssertion

from features.system_manage.models import Dictionary
from kernel import Status
from tests.callers import as_snapshot
from tests.conftest import Counting, SignedIn


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    """The enabled ones of this list, in their order; to whoever is signed in."""
    await Dictionary.filter(value="language").update(status=Status.DISABLED)
    await Dictionary.create(dict_type="tag_category", label="Site", value="site", order=0)
    await Dictionary.create(dict_type="tag_category_2", label="Another", value="another")
    answer = await (await signed_in("R_USER")).call("system_manage.dictionaries.options", dict_type="tag_category")
    assert as_snapshot(answer, events) == snapshot


async def test_every_change_is_seen_at_once(signed_in: SignedIn) -> None:
    admin, user = await signed_in("R_ADMIN"), await signed_in("R_USER")

    async def values(dict_type: str = "tag_category") -> list[str]:
        answer = await user.call("system_manage.dictionaries.options", dict_type=dict_type)
        return [option["value"] for option in answer.data]

    assert (await values(), await values("site")) == (["skill", "language", "role"], [])
    new = {"dict_type": "tag_category", "label": "Site", "value": "site", "order": 9}
    created = (await admin.call("system_manage.dictionaries.create", **new)).data["createdId"]
    assert await values() == ["skill", "language", "role", "site"]
    await admin.call("system_manage.dictionaries.update", dictionary_id=created, dict_type="site")
    assert (await values(), await values("site")) == (["skill", "language", "role"], ["site"])
    await admin.call("system_manage.dictionaries.delete", dictionary_id=created)
    assert await values("site") == []
    skill = await Dictionary.get(value="skill")
    await admin.call("system_manage.dictionaries.batch_delete", ids=[skill.id])
    assert await values() == ["language", "role"]


async def test_a_list_that_there_is_not_is_empty(signed_in: SignedIn) -> None:
    answer = await (await signed_in("R_USER")).call("system_manage.dictionaries.options", dict_type="nothing")
    assert (answer.code, answer.data) == ("0000", [])


@pytest.mark.parametrize("wrong", ["a b", "a" * 51, "%", "ä"])
async def test_what_is_no_name_of_a_list(wrong: str, signed_in: SignedIn) -> None:
    answer = await (await signed_in("R_USER")).call("system_manage.dictionaries.options", dict_type=wrong)
    assert answer.code == "1200"


async def test_it_costs_no_statement_the_second_time(signed_in: SignedIn, counting: Counting) -> None:
    user = await signed_in("R_USER")
    first = await user.call("system_manage.dictionaries.options", dict_type="tag_category")
    with counting() as cost:
        second = await user.call("system_manage.dictionaries.options", dict_type="tag_category")
    assert (len(cost.statements), second.body) == (0, first.body)
