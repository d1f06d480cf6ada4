"""Every use case, asked by every kind of caller: who passes and who does not is what the slice declares, and nothing else.

What to expect is computed here from the declaration, not by the code that decides. A new slice is asked without a line.
"""

from dataclasses import replace
from typing import Any

import pytest
from fastapi import FastAPI

from kernel import PUBLIC, SIGNED_IN, SUPER_ADMIN, Status, all_of, any_of
from kernel.identity.models import Api, Button, Role, User
from kernel.rbac.authorize import Access, AccessRule, Requirement
from kernel.slices.route import SliceRoute
from tests.callers import Caller, authorization, every_slice, method_of, slice_named

ALL = {"token", "role", "api", "buttons", "roles"}
CALLERS = {
    "without a token": set[str](),
    "with a malformed token": {"malformed"},
    "who is disabled": ALL | {"disabled"},
    "whose password change is due": ALL | {"due"},
    "without any role": {"token"},
    "whose roles do not grant it": ALL - {"api"},
    "one button short": ALL - {"buttons"},
    "one role short": ALL - {"roles"},
    "who holds all that it asks for": ALL,
    "a super administrator": {"token", "super"},
    "who holds all, of a disabled API": ALL | {"off"},
    "a super administrator, of a disabled API": {"token", "super", "off"},
}
# What only an access rule says. 2104 and 2105 are about the refresh token in a body, 2208 is about a row.
OF_THE_ACCESS_RULE = {"2100", "2101", "2102", "2103", "2106", "2107", *(str(code) for code in range(2200, 2208))}


def expected(rule: AccessRule, holds: set[str]) -> str | None:
    """The code that tells such a caller what is missing; None for who passes. The first refusal counts."""
    granted, is_super = rule.access is Access.GRANTED, "super" in holds
    refusals = {
        "2100": "token" not in holds,
        "2102": "disabled" in holds,
        "2107": "due" in holds and not rule.open_during_password_change,
        "2207": granted and not holds & {"role", "super"},
        "2206": rule.access is SUPER_ADMIN and not is_super,
        "2200": not is_super and "off" in holds,
        "2201": granted and not is_super and "api" not in holds,
        _code(rule.button, "2202", "2203"): rule.button and not is_super and "buttons" not in holds,
        _code(rule.roles, "2204", "2205"): rule.roles and not is_super and "roles" not in holds,
    }
    return None if rule.access is PUBLIC else next((code for code, refuses in refusals.items() if refuses), None)


def _code(asked: Requirement | None, all_needed: str, any_needed: str) -> str:
    return any_needed if asked and asked.any else all_needed


async def told(app: FastAPI, route: SliceRoute, rule: AccessRule) -> dict[str, str | None]:
    """What the slice says to each caller, made for this rule: the code of the access rule, None for who passed."""
    roles = await _roles_for(rule)
    method, url = (
        method_of(route),
        route.path_format.replace("{", "").replace("}", ""),
    )  # of no row, which is asked for later
    answers: dict[str, str | None] = {}
    for number, (who, holds) in enumerate(CALLERS.items()):
        if "off" in holds:
            await Api.filter(route_key=rule.name).update(status_type=Status.DISABLED)
        headers = await _header(f"caller{number}", holds, roles)
        code = (await Caller(app, headers).request(method, url, json={})).json()["code"]
        answers[who] = code if code in OF_THE_ACCESS_RULE else None
    return answers


async def _roles_for(rule: AccessRule) -> dict[str, list[Role]]:
    """The roles of a caller who holds the one or the other. What the slice asks for by name grants nothing else."""
    plain, with_api, with_buttons, one_short = [
        await Role.create(role_name=code, role_code=code) for code in ("R_PLAIN", "R_API", "R_BUTTONS", "R_SHORT")
    ]
    await with_api.apis.add(*await Api.filter(route_key=rule.name))
    await with_buttons.buttons.add(*await Button.filter(button_code__in=_enough(rule.button)))
    await one_short.buttons.add(*await Button.filter(button_code__in=_too_few(rule.button)))
    asked = await Role.filter(role_code__in=rule.roles.names if rule.roles else [])
    for role in asked:
        await role.apis.clear()
        await role.buttons.clear()
    return {
        "role": [plain],
        "api": [with_api],
        "buttons": [with_buttons],
        "no buttons": [one_short],
        "roles": [role for role in asked if role.role_code in _enough(rule.roles)],
        "no roles": [role for role in asked if role.role_code in _too_few(rule.roles)],
        "super": await Role.filter(role_code="R_SUPER"),
    }


def _enough(asked: Requirement | None) -> list[str]:
    names = sorted(asked.names) if asked else []
    return names[:1] if asked and asked.any else names


def _too_few(asked: Requirement | None) -> list[str]:
    return [] if asked is None or asked.any else sorted(asked.names)[1:]


async def _header(name: str, holds: set[str], roles: dict[str, list[Role]]) -> dict[str, str]:
    if "token" not in holds:
        return {"Authorization": "Bearer e30.e30.e30"} if "malformed" in holds else {}
    user = await User.create(
        user_name=name,
        password_hash="nobody signs in with this",
        must_change_password="due" in holds,
        status_type=Status.DISABLED if "disabled" in holds else Status.ENABLED,
    )
    held = holds | {f"no {each}" for each in ("buttons", "roles") if "role" in holds and each not in holds}
    await user.roles.add(*(role for each in sorted(held & roles.keys()) for role in roles[each]))
    return await authorization(name)


def wrong(rule: AccessRule, answers: dict[str, str | None]) -> set[str]:
    """The callers who were told something else than the rule says."""
    return {who for who, holds in CALLERS.items() if answers[who] != expected(rule, holds)}


@pytest.mark.parametrize("name", [route.name for route in every_slice()])
async def test_who_passes(name: str, app: FastAPI) -> None:
    """A rule that lets in more than the slice says is found here, and so is one that lets in nobody."""
    route = slice_named(name)
    rule = route.access_rule
    assert await told(app, route, rule) == {who: expected(rule, holds) for who, holds in CALLERS.items()}


TWO_BUTTONS, ADMIN = all_of("B_HR_DEPT_CREATE", "B_HR_DEPT_EDIT"), all_of("R_ADMIN", "R_USER")
STRICT = AccessRule("hr.departments.create", button=TWO_BUTTONS, roles=ADMIN)


LOOSER: dict[str, tuple[dict[str, Any], set[str]]] = {
    "not at all": ({}, set()),
    "public": (
        {"access": PUBLIC, "button": None, "roles": None},
        {who for who, holds in CALLERS.items() if expected(STRICT, holds)},
    ),
    "signed in": (
        {"access": SIGNED_IN},
        {"whose roles do not grant it", "without any role"},
    ),
    "by another permission": (
        {"name": "hr.departments.search"},
        {who for who in CALLERS if who.startswith(("one ", "who holds all"))},
    ),
    "no button": ({"button": None}, {"one button short"}),
    "any button": ({"button": any_of(*TWO_BUTTONS.names)}, {"one button short"}),
    "no role": ({"roles": None}, {"one role short"}),
    "any role": ({"roles": any_of(*ADMIN.names)}, {"one role short"}),
    "while a password change is due": ({"open_during_password_change": True}, {"whose password change is due"}),
}


@pytest.mark.parametrize("how", LOOSER)
async def test_a_looser_rule_is_caught(how: str, app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    """A slice that declares one thing and is guarded by another."""
    looser, who = LOOSER[how]
    route = slice_named(STRICT.name)
    monkeypatch.setattr(route, "access_rule", replace(STRICT, **looser))
    assert wrong(STRICT, await told(app, route, STRICT)) == who


BUTTONS = {
    "nothing more": None,
    "a button": all_of("B_HR_DEPT_CREATE"),
    "one of two buttons": any_of("B_HR_DEPT_CREATE", "B_HR_DEPT_EDIT"),
}


@pytest.mark.parametrize(
    ("access", "asked"),
    [
        pytest.param(access, asked, id=f"{access}, {name}")
        for access in Access
        for name, asked in BUTTONS.items()
        if access is not PUBLIC or asked is None  # the other is refused where it is declared
    ],
)
async def test_every_kind_of_rule_is_understood(
    access: Access, asked: Requirement | None, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those that no slice of today declares are expected rightly when one does."""
    route = slice_named(STRICT.name)
    rule = AccessRule(STRICT.name, access, button=asked, roles=any_of("R_ADMIN", "R_USER") if asked else None)
    monkeypatch.setattr(route, "access_rule", rule)
    assert wrong(rule, await told(app, route, rule)) == set()
