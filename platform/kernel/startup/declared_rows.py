"""Which rows start-up has ever made of declarations: one that is missing now was deleted by an administrator, and stays deleted.

Rows that were there before anything was noted count as made: an older installation gets no second copy of what it has.
"""

from collections import defaultdict
from dataclasses import dataclass, field

from kernel.identity.models import Declared

Names = defaultdict[str, set[str]]
"""By kind: "menu", "button", "role"."""


def _names() -> Names:
    return defaultdict(set)


@dataclass
class DeclaredRows:
    """The names of the declared rows that start-up has met: before this start, and in it."""

    before: Names
    now: Names = field(default_factory=_names)

    @classmethod
    async def load(cls) -> "DeclaredRows":
        before = _names()
        for kind, name in await Declared.all().values_list("kind", "name"):
            before[kind].add(name)
        return cls(before)

    def meet(self, kind: str, name: str, *, has_row: bool) -> bool:
        """Note that it is declared. Returns whether this start is to create its row: it has none, and never had one."""
        self.now[kind].add(name)
        return not has_row and name not in self.before[kind]

    async def save(self) -> None:
        """Keep what this start met for the next one."""
        fresh = [(kind, name) for kind, names in self.now.items() for name in sorted(names - self.before[kind])]
        if fresh:
            await Declared.bulk_create([Declared(kind=kind, name=name) for kind, name in fresh])
