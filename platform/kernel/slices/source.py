"""Where in the source something was written, for whoever has to mend it."""

import linecache
import sys
from collections.abc import Iterable
from difflib import get_close_matches


def place(module: str, *texts: str, after: int = 0) -> str:
    """`features/hr/access.py:42`: the line of the Python module with the last of these string literals.

    Each is looked for behind the one before, the first one behind the line `after`; one that is not found is passed over.
    """
    file = getattr(sys.modules.get(module), "__file__", None)
    lines = linecache.getlines(file) if file else []
    line = after
    for text in texts:
        behind = range(max(line, 1), len(lines) + 1)
        quoted = (f'"{text}"', f"'{text}'")
        line = next((number for number in behind if any(each in lines[number - 1] for each in quoted)), line)
    return f"{module.replace('.', '/')}.py" + (f":{line}" if line else "")


def guess(name: str, known: Iterable[str]) -> str:
    """`; did you mean R_HR_MANAGER?`, or nothing where no known name is like this one."""
    close = get_close_matches(name, list(known), n=1)
    return f"; did you mean {close[0]}?" if close else ""
