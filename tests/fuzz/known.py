"""What answers have told: ids by kind, other values by the name of their field. Requests made of them get further."""

import random
from collections import defaultdict, deque
from pathlib import Path
from typing import Any, TypeVar

from kernel.identity.accounts import DEMO_PASSWORD
from tests.fuzz.document import Document
from tests.fuzz.sender import sent
from tests.uploads import image

T = TypeVar("T")

KEPT = 300  # of a kind, of a field; the newest
A_GOOD_PASSWORD = "correct horse battery staple"


class Known:
    """Grows with each answer."""

    def __init__(self, document: Document, dice: random.Random, var_dir: Path) -> None:
        self._document, self._dice, self._var_dir = document, dice, var_dir
        self._ids: defaultdict[str, deque[str]] = defaultdict(lambda: deque(maxlen=KEPT))
        self._gone: defaultdict[str, deque[str]] = defaultdict(lambda: deque(maxlen=KEPT))
        self._values: defaultdict[str, deque[Any]] = defaultdict(lambda: deque(maxlen=KEPT))
        self._accepted: defaultdict[str, deque[dict[str, Any]]] = defaultdict(lambda: deque(maxlen=KEPT))
        # What no answer tells.
        self._values["password"].extend([DEMO_PASSWORD, A_GOOD_PASSWORD])
        self._values["oldPassword"].extend([DEMO_PASSWORD, A_GOOD_PASSWORD])
        self._values["newPassword"].append(A_GOOD_PASSWORD)
        self._values["file"].extend(image(kind) for kind in ("PNG", "JPEG", "WEBP"))

    def learn(self, operation_id: str, sent: Any, answer: Any) -> None:
        """Remember what had success, and what its answer holds."""
        if isinstance(sent, dict):
            self._accepted[operation_id].append(sent)
        self._document.visited({"data": answer["data"]}, self._document.answer(operation_id), self._remember)
        data = answer["data"]
        records = data.get("records") if isinstance(data, dict) else None
        if records:
            for name in records[0]:
                self._add(self._values[f"{operation_id} orderBy[]"], self._dice.choice(["", "-"]) + name)

    def id_of(self, kind: str, *, strange: float = 0, spare: int = 0) -> str | None:
        """The id of a row of this kind; None if there are not more than `spare` of them.

        With the probability `strange` that of a row that is deleted, and with the same that of a row of any kind.
        """
        chance = self._dice.random()
        if chance < strange and self._ids:
            kind = self._dice.choice(list(self._ids))
        pool = self._gone[kind] if strange < chance < 2 * strange and self._gone[kind] else self._ids[kind]
        return self._one_of(pool) if len(pool) > spare else None

    def value_of(self, operation_id: str, field: str) -> Any:
        """What such a field held in an answer; None if there was none. `createdAtStart` is such a field as `createdAt`."""
        own = f"{operation_id} {field}"
        alike = [own] if own in self._values else [name for name in self._values if name and field.startswith(name)]
        return self._one_of(self._values[max(alike, key=len)]) if alike else None

    def accepted(self, operation_id: str) -> dict[str, Any]:
        """A body that had success; an empty one if none had."""
        bodies = self._accepted[operation_id]
        return self._one_of(bodies) if bodies else {}

    def phone_with_code(self) -> dict[str, str]:
        """A phone and the code that was sent to it; nothing if none was."""
        pool = deque(sent(self._var_dir))
        return dict(zip(("phone", "code"), self._one_of(pool), strict=True)) if pool else {}

    def _one_of(self, pool: deque[T]) -> T:
        """Rather a new one: tokens end, rows are deleted."""
        return pool[int(len(pool) * self._dice.random() ** 0.5)]

    def _remember(self, name: str, kind: str | None, value: Any) -> Any:
        if kind is None:
            if value is not None:
                self._add(self._values[name], value)
        elif isinstance(value, str):
            self._add(self._gone[kind] if name.startswith("deleted") else self._ids[kind], value)
            if name.startswith("deleted") and value in self._ids[kind]:
                self._ids[kind].remove(value)
        return value

    def _add(self, pool: deque[Any], value: Any) -> None:
        if value not in pool:
            pool.append(value)
