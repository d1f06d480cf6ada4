"""Trees of what roles can be granted, as a form shows them with a box to tick at each node."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from pydantic import Field

from features.system_manage.modules import without_grant
from kernel import Schema, require_actor
from kernel.identity.models import Api, Button, Menu
from kernel.rbac.grants import Grants, held_by

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
    resource_id: str | None = None
    route_name: str | None = Field(default=None, exclude_if=_unset)
    disabled: bool = Field(default=False, exclude_if=_unset)
    meta: NodeMeta | None = Field(default=None, exclude_if=_unset)
    children: list["AuthorizationNode"] | None = Field(default=None, exclude_if=_unset)

    @classmethod
    def group(cls, key: str, label: str, children: list["AuthorizationNode"], *, route_name: str | None = None) -> Self:
        return cls(key=key, label=label, is_parent=True, route_name=route_name, children=children)

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


@dataclass(frozen=True)
class Grantable:
    """What the caller may grant to others: what they hold themselves, `held`, or whatever there is, None; but nothing that is
    open, or closed, without a grant. Each method says why not, or None if they may.
    """

    held: Grants | None
    without_grant: Mapping[str, str]

    def why_not_menu(self, menu: Menu) -> str | None:
        if menu.constant:
            return SEEN_BY_ALL
        return None if self.held is None or menu.route_name in self.held.menus else NOT_HELD

    def why_not_button(self, button: Button) -> str | None:
        return None if self.held is None or button.button_code in self.held.buttons else NOT_HELD

    def why_not_api(self, api: Api) -> str | None:
        if why := self.without_grant.get(api.route_key):
            return why
        return None if self.held is None or api.route_key in self.held.apis else NOT_HELD


async def grantable() -> Grantable:
    actor = require_actor()
    return Grantable(None if actor.is_super else await held_by(actor), without_grant())
