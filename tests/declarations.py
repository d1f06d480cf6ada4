"""What is wrong with what the modules declare, said once before any test runs: most would fail of it, and none say why."""

import ast
import re
from collections.abc import Iterable, Set
from pathlib import Path

from kernel.errors.operator import OperatorError
from kernel.identity.models import SUPER_ROLE
from kernel.slices.discovery import discover
from kernel.slices.source import guess
from kernel.startup.declarations import check_declarations
from tests.architecture.tree import ROOT, parsed, python_files, shown


def mistake() -> str | None:
    """The first mistake, with its file and line. What is no mistake of a declaration, such as a syntax error, the tests show."""
    try:
        features = discover()
        check_declarations(features)
    except OperatorError as error:
        return str(error)
    except Exception:
        return None
    declared = {SUPER_ROLE, *(role.code for feature in features for role in feature.access.roles)}
    return next(iter(unknown_roles(ROOT, declared)), None)


def unknown_roles(root: Path, declared: Set[str]) -> Iterable[str]:
    """Each text in a feature's code that is like a role's code, and that no module declares."""
    for file in python_files(root, "features"):
        for node in ast.walk(parsed(file)):
            if isinstance(node, ast.Constant) and re.fullmatch("R_[A-Z0-9_]+", str(node.value)):
                code = str(node.value)
                if code not in declared:
                    line = shown(file, root, node.lineno)
                    yield f"{line}: role {code} is not declared by any module{guess(code, declared)}"
