"""What modules declare, held against what there is: a mistyped name is said with file and line."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from inspect import unwrap

from kernel.errors.operator import DeclarationError
from kernel.identity.models import SUPER_ROLE
from kernel.rbac.declarations import MenuEntry, matches
from kernel.slices.discovery import Feature
from kernel.slices.route import SliceRoute
from kernel.slices.source import guess, place


def check_declarations(features: Sequence[Feature]) -> None:
    """Raise DeclarationError, with file and line, for a role or a menu that two declare, a role that a slice asks for and
    none declares, and a button that no page shows.
    """
    slices = [route for feature in features for route in feature.slices]
    entries = [entry for feature in features for entry in _entries(feature)]
    roles = {SUPER_ROLE: "the kernel"}
    menus: dict[str, str] = {}
    for feature in features:
        access = f"features.{feature.name}.access"
        for role in feature.access.roles:
            _declare("role", role.code, place(access, role.code), roles)
        for entry in _entries(feature):
            _declare("menu", entry.route_name, place(access, entry.route_name), menus)
    for route in slices:
        for code in sorted(_roles(route) - roles.keys()):
            hint = guess(code, roles) or "; declare it in an access.py"
            raise DeclarationError(f"{_line(route, code)}: role {code} is not declared by any module{hint}")
        if buttons_of(route) and not any(matches(route.name, entry.buttons_of) for entry in entries):
            pattern = route.name.rpartition(".")[0] + ".*"
            names = sorted(buttons_of(route))
            raise DeclarationError(
                f"{_line(route, names[0])}: {route.name} needs the button {', '.join(names)}, and no page shows it: "
                f'add buttons_of=["{pattern}"] to a MenuEntry in an access.py'
            )


def _declare(what: str, name: str, where: str, declared: dict[str, str]) -> None:
    if name in declared:
        raise DeclarationError(
            f"{where}: the {what} {name} is declared twice, also in {declared[name]}; declare it in one access.py"
        )
    declared[name] = where


def declared_in_vain(features: Sequence[Feature]) -> list[str]:
    """What roles and menus declare of names that nothing has, each with file and line.

    The start only warns of it: whoever deletes a use case need not know who holds it. `just check` does not let it pass.
    """
    slices = [route for feature in features for route in feature.slices]
    use_cases = {route.name for route in slices}
    use_cases_and_patterns = use_cases | {name.rpartition(".")[0] + ".*" for name in use_cases}
    buttons = {code for route in slices for code in buttons_of(route)}
    menus = {entry.route_name for feature in features for entry in _entries(feature)}
    found: list[str] = []
    for feature in features:
        access = f"features.{feature.name}.access"
        for role in feature.access.roles:
            vain = [(name, "menu", menus) for name in _unmatched(role.menus, menus)]
            vain += [(role.home, "menu", menus)] if role.home not in menus else []
            vain += [(name, "button", buttons) for name in _unmatched(role.buttons, buttons)]
            vain += [(name, "use case", use_cases_and_patterns) for name in _unmatched(role.apis, use_cases)]
            found += [
                f"{place(access, role.code, name)}: role {role.code} grants the {what} {name}, "
                f"and there is none{guess(name, known)}"
                for name, what, known in vain
            ]
        found += [
            f"{place(access, entry.route_name, name)}: menu {entry.route_name} shows the buttons of {name}, "
            f"and there is no such use case{guess(name, use_cases_and_patterns)}"
            for entry in _entries(feature)
            for name in _unmatched(entry.buttons_of, use_cases)
        ]
    return found


def _entries(feature: Feature) -> list[MenuEntry]:
    return [entry for menu in feature.access.menus for entry, _ in menu.walk()]


def _line(route: SliceRoute, name: str) -> str:
    """Where the slice names the role or the button."""
    handler = unwrap(route.endpoint)
    return place(handler.__module__, name, after=handler.__code__.co_firstlineno)


def _roles(route: SliceRoute) -> frozenset[str]:
    return route.access_rule.roles.names if route.access_rule.roles else frozenset()


def buttons_of(route: SliceRoute) -> frozenset[str]:
    """The buttons that the slice asks for."""
    return route.access_rule.button.names if route.access_rule.button else frozenset()


def _unmatched(patterns: Iterable[str], names: Iterable[str]) -> list[str]:
    return [pattern for pattern in patterns if not any(fnmatchcase(name, pattern) for name in names)]
