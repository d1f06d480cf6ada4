"""Trees of what roles can be granted, as a form shows them with a box to tick at each node."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any, Self

from pydantic import Field

from features.system_manage.modules import without_grant
from kernel import Schema, require_actor
from kernel.identity.models import Api, Button, Menu

NOT_HELD = "You do not hold this yourself."
SEEN_BY_ALL = "Everybody sees this page."
SWITCHED_OFF = "This is disabled."


def _unset(value: Any) -> bool:
    return not value


class NodeMeta(Schema):
    """`hidden`: it has no line in the menu. `invalid`: it is not in force now. `reason` says why, or why the node is disabled."""

    hidden: bool = Field(default=False, exclude_if=_unset)
    invalid: bool = Field(default=False, exclude_if=_unset)
    reason: str | None = Field(default=None, exclude_if=_unset)


class AuthorizationNode(Schema):
    """A group, which holds others together and has no `resourceId`, or what can be granted; `key` is unique in the tree.

    `disabled`: the caller may not grant it, or nobody needs it to be granted.
    """

    key: str
    label: str
    is_parent: bool
    resource_id: str | None
    route_name: str | None = Field(default=None, exclude_if=_unset)
    disabled: bool = Field(default=False, exclude_if=_unset)
    meta: NodeMeta | None = Field(default=None, exclude_if=_unset)
    children: list["AuthorizationNode"] | None = Field(default=None, exclude_if=_unset)

    @classmethod
    def group(cls, key: str, label: str, children: list["AuthorizationNode"], *, route_name: str | None = None) -> Self:
        return cls(key=key, label=label, is_parent=True, resource_id=None, route_name=route_name, children=children)

    @classmethod
    def grant(
        cls,
        resource_id: str,
        label: str,
        children: list["AuthorizationNode"] | None = None,
        *,
        route_name: str | None = None,
        forbidden: str | None = None,
        invalid: bool = False,
        hidden: bool = False,
    ) -> Self:
        """What can be granted; `forbidden` says why not to this caller."""
        reason = forbidden or (SWITCHED_OFF if invalid else None)
        return cls(
            key=resource_id,
            label=label,
            is_parent=bool(children),
            resource_id=resource_id,
            route_name=route_name,
            disabled=forbidden is not None,
            meta=NodeMeta(hidden=hidden, invalid=invalid, reason=reason) if hidden or reason else None,
            children=children,
        )


@dataclass(frozen=True, kw_only=True)
class Grantable:
    """What the caller may grant to others: what they hold themselves, or, as `is_super`, whatever there is; but nothing that is
    open, or closed, without a grant. Each method says why not, or None if they may.
    """

    is_super: bool
    menus: Set[str]
    buttons: Set[str]
    apis: Set[str]
    without_grant: Mapping[str, str]

    def why_not_menu(self, menu: Menu) -> str | None:
        return SEEN_BY_ALL if menu.constant else self._unless_held(menu.route_name, self.menus)

    def why_not_button(self, button: Button) -> str | None:
        return self._unless_held(button.button_code, self.buttons)

    def why_not_api(self, api: Api) -> str | None:
        return self.without_grant.get(api.route_key) or self._unless_held(api.route_key, self.apis)

    def _unless_held(self, name: str, held: Set[str]) -> str | None:
        return None if self.is_super or name in held else NOT_HELD


async def grantable() -> Grantable:
    actor = require_actor()
    menus = await Menu.filter(roles__id__in=sorted(actor.role_ids)).distinct().values_list("route_name")
    return Grantable(
        is_super=actor.is_super,
        menus={name for (name,) in menus},
        buttons=actor.buttons,
        apis={name for role in actor.held for name in role.apis},
        without_grant=without_grant(),
    )
