"""Lists that administrators keep, asked for by whoever may not import their keeper."""

from collections.abc import Collection

import pytest

from kernel import dictionaries
from kernel.dictionaries import ensure_in_dictionary, keeps_dictionaries
from kernel.errors.operator import DeclarationError
from kernel.errors.refusals import InvalidInput


@pytest.fixture(autouse=True)
def _no_keeper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dictionaries, "_keeper", None)


async def sites(dict_type: str) -> Collection[str]:
    return ["north", "south"] if dict_type == "site" else []


async def test_what_is_on_the_list_passes() -> None:
    assert keeps_dictionaries(sites) is sites
    await ensure_in_dictionary("site", "place", "north")


@pytest.mark.parametrize(("dict_type", "value"), [("site", "east"), ("site", ""), ("another", "north")])
async def test_what_is_not_is_refused_for_its_field(dict_type: str, value: str) -> None:
    keeps_dictionaries(sites)
    with pytest.raises(InvalidInput) as refused:
        await ensure_in_dictionary(dict_type, "place", value)
    assert refused.value.data == {
        "errors": [
            {"field": "place", "message": f"{value!r} is not in the dictionary {dict_type}", "type": "value_error"}
        ]
    }


async def test_where_nobody_keeps_lists_anything_passes() -> None:
    await ensure_in_dictionary("site", "place", "east")


async def test_there_is_one_keeper() -> None:
    """The second module is refused at start; the first one may be read again."""

    async def others(_dict_type: str) -> Collection[str]:
        return []

    others.__module__ = "features.shop.lists"
    keeps_dictionaries(sites)
    keeps_dictionaries(sites)
    with pytest.raises(DeclarationError, match=f"{__name__} keeps the dictionaries already"):
        keeps_dictionaries(others)
    await ensure_in_dictionary("site", "place", "north")
