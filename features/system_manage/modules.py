"""What this module knows of the others, by their declarations: which are business, what they are called, who needs what."""

from collections.abc import Iterator

from kernel import PUBLIC, SIGNED_IN, SUPER_ADMIN, Feature, discover
from kernel.identity.models import Button, Menu, Role
from kernel.rbac.declarations import matches

BUILT_IN = frozenset({"auth", "health", "radar", "route", "system_manage"})
"""The modules that manage the kernel's own state. Every other one is business."""


def business_modules() -> list[Feature]:
    return [feature for feature in discover() if feature.name not in BUILT_IN]


def business_menus() -> set[str]:
    """The route names of the menus that business modules declare."""
    return {
        entry.route_name for feature in business_modules() for menu in feature.access.menus for entry, _ in menu.walk()
    }


def titles() -> dict[str, str]:
    """What each module is called, by its name."""
    return {feature.name: feature.title for feature in discover()}


def declared_roles() -> set[str]:
    """The codes of the roles that modules declare."""
    return {role.code for feature in discover() for role in feature.access.roles}


def use_cases_by_button() -> dict[str, str]:
    """For each button that a use case asks for, the first such use case."""
    return dict(reversed(list(_buttons_asked_for())))


def _buttons_asked_for() -> Iterator[tuple[str, str]]:
    for feature in discover():
        for route in feature.slices:
            for code in sorted(route.access_rule.button.names if route.access_rule.button else ()):
                yield code, route.name


async def grant_as_declared(*, menus: list[Menu], buttons: list[Button]) -> None:
    """Give what an administrator made to the roles that declare it, by its name or by a pattern, as start-up does of what is
    new in the code: a role that holds all there is holds this too.
    """
    for entry in [role for feature in discover() for role in feature.access.roles]:
        declared_menus = [menu for menu in menus if matches(menu.route_name, entry.menus)]
        declared_buttons = [button for button in buttons if matches(button.button_code, entry.buttons)]
        if not declared_menus and not declared_buttons:
            continue
        role = await Role.get_or_none(role_code=entry.code)  # it may have been deleted
        if role:
            await role.menus.add(*declared_menus)
            await role.buttons.add(*declared_buttons)


def is_public(use_case: str) -> bool:
    """Whether anyone may call it, signed in or not."""
    rules = [route.access_rule for feature in discover() for route in feature.slices]
    return any(rule.name == use_case and rule.access is PUBLIC for rule in rules)


_WITHOUT_GRANT = {
    PUBLIC: "Anyone may call this.",
    SIGNED_IN: "Whoever is signed in may call this.",
    SUPER_ADMIN: "Only a super administrator may call this.",
}


def without_grant() -> dict[str, str]:
    """Why, for each use case that no grant opens, or has to open."""
    rules = [route.access_rule for feature in discover() for route in feature.slices]
    return {rule.name: _WITHOUT_GRANT[rule.access] for rule in rules if rule.access in _WITHOUT_GRANT}
