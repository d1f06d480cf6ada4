"""Lists that administrators keep, such as `tag_category`: one module keeps them all, any other asks here what is on one.

The kernel knows no keeper by name: whichever module has the lists says so. Nobody imports it for that.
"""

from collections.abc import Awaitable, Callable, Collection

from kernel.errors.operator import DeclarationError
from kernel.errors.refusals import InvalidInput

Keeper = Callable[[str], Awaitable[Collection[str]]]

_keeper: Keeper | None = None


def keeps_dictionaries(keeper: Keeper) -> Keeper:
    """Have the decorated coroutine function tell what may be chosen from a list, by its name: nothing if there is no such list.

    Raises DeclarationError for that of a second module.
    """
    global _keeper
    if _keeper is not None and _keeper.__module__ != keeper.__module__:
        raise DeclarationError(f"{_keeper.__module__} keeps the dictionaries already; there is one keeper")
    _keeper = keeper
    return keeper


async def ensure_in_dictionary(dict_type: str, field: str, value: str) -> None:
    """Raise Refusal 1200 for the field of a request unless the value may be chosen from that list.

    Where no module keeps lists, any value may.
    """
    if _keeper is not None and value not in await _keeper(dict_type):
        raise InvalidInput(field, f"{value!r} is not in the dictionary {dict_type}")
