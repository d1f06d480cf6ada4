"""What a migration is called: by what it does, so that a list of them reads as a history of the tables."""

import re
from collections.abc import Sequence

from tortoise.migrations import operations as ops

MAX_LENGTH = 60  # without the number

# The most telling first: a migration of several operations is called by one of them.
_VERBS: dict[type[ops.Operation], str] = {
    ops.CreateModel: "create",
    ops.RenameModel: "rename_to",
    ops.DeleteModel: "delete",
    ops.AddField: "add",
    ops.RenameField: "rename",
    ops.RemoveField: "remove",
    ops.AlterField: "alter",
    ops.AddConstraint: "add_constraint",
    ops.RemoveConstraint: "remove_constraint",
    ops.RenameConstraint: "rename_constraint",
    ops.AddIndex: "add_index",
    ops.RemoveIndex: "remove_index",
    ops.RenameIndex: "rename_index",
}


def is_name(text: str) -> bool:
    """Whether a person may call a migration so."""
    return re.fullmatch(f"[a-z0-9_]{{1,{MAX_LENGTH}}}", text) is not None


def name_of(operations: Sequence[ops.Operation]) -> str:
    """`employee_add_avatar`, or with more operations `employee_add_avatar_and_2_more`."""
    telling = min(operations, key=_rank)
    more = f"_and_{len(operations) - 1}_more" if len(operations) > 1 else ""
    return _phrase(telling)[: MAX_LENGTH - len(more)].rstrip("_") + more


def _rank(operation: ops.Operation) -> int:
    return next((rank for rank, kind in enumerate(_VERBS) if isinstance(operation, kind)), len(_VERBS))


def _phrase(operation: ops.Operation) -> str:
    verb = next((verb for kind, verb in _VERBS.items() if isinstance(operation, kind)), None)
    facts = vars(operation)
    match operation:
        case ops.CreateModel() | ops.DeleteModel():
            words = [_snake(operation.name), verb]
        case ops.RenameModel():
            words = [_snake(operation.old_name), verb, _snake(operation.new_name)]
        case ops.RenameField():
            words = [_snake(operation.model_name), verb, operation.old_name, "to", operation.new_name]
        case ops.AddField() | ops.RemoveField() | ops.AlterField():
            words = [_snake(operation.model_name), verb, operation.name]
        case _ if verb:
            words = [_snake(facts["model_name"]), verb]
        case _:
            words = [operation.describe()]
    return re.sub("[^a-z0-9_]+", "_", "_".join(filter(None, words)).lower())


def _snake(name: str) -> str:
    return re.sub("(?<!^)(?=[A-Z])", "_", name).lower()
