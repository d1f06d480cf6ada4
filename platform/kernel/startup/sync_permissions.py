"""Make the identity tables equal to the code: an Api row for every slice, the menus, buttons and roles that modules declare.

The code owns which use cases exist; administrators own everything else. So an Api row comes and goes with its slice,
while a menu, a button or a role is created once (see `declared_rows`). What is new in this start is granted to the roles that declare
it; what is not new is left alone, or a grant that an administrator took away would come back.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import structlog

from kernel.context import DataScope
from kernel.identity.changes import grants_changed
from kernel.identity.models import SUPER_ROLE, Api, Button, Menu, MenuType, Role
from kernel.rbac.declarations import MenuEntry, RoleEntry, matches
from kernel.schema.types import Status
from kernel.slices.discovery import Feature, discover
from kernel.slices.route import SliceRoute
from kernel.startup.declarations import buttons_of, check_declarations, declared_in_vain
from kernel.startup.declared_rows import DeclaredRows
from kernel.unit_of_work.transaction import lock_until_commit

log = structlog.get_logger(__name__)

TURN = "start-up"  # which transactions that synchronise take one after the other
_SUPER = RoleEntry(SUPER_ROLE, "Super administrator", desc="May do everything.", data_scope=DataScope.ALL)


@dataclass(frozen=True, slots=True)
class Synchronised:
    """How many use cases are new, changed and gone in the table."""

    created: int
    updated: int
    deleted: int


@dataclass
class _New:
    """What this start created, by the name that declarations use."""

    apis: dict[str, Api] = field(default_factory=dict)
    menus: dict[str, Menu] = field(default_factory=dict)
    buttons: dict[str, Button] = field(default_factory=dict)
    roles: set[str] = field(default_factory=set)


async def refresh_permissions() -> Synchronised:
    """Bring the tables up to date with the code of this process, as its start did. Inside of the caller's transaction."""
    await lock_until_commit(TURN)
    return await sync_permissions(discover())


async def sync_permissions(features: Sequence[Feature]) -> Synchronised:
    """Bring the tables up to date with the code. Idempotent; runs inside of the caller's transaction."""
    slices = [each for feature in features for each in feature.slices]
    roles = [_SUPER, *(role for feature in features for role in feature.access.roles)]
    check_declarations(features)
    for problem in declared_in_vain(features):
        log.warning("declared in vain", problem=problem)
    new, met = _New(), await DeclaredRows.load()
    synchronised = await _sync_apis(slices, new)
    pages = await _sync_menus((menu for feature in features for menu in feature.access.menus), new, met)
    await _sync_buttons(slices, pages, new, met)
    await _sync_roles(roles, new, met)
    await met.save()
    made = bool(new.apis or new.menus or new.buttons or new.roles)
    if made or synchronised.deleted:
        await grants_changed()
    if made:
        log.info(
            "permissions synchronised",
            apis=len(new.apis),
            menus=len(new.menus),
            buttons=len(new.buttons),
            roles=len(new.roles),
        )
    return synchronised


async def _sync_apis(slices: Iterable[SliceRoute], new: _New) -> Synchronised:
    known = {api.route_key: api for api in await Api.all()}
    updated = 0
    for route in slices:
        (method,) = route.methods or {""}
        facts = {
            "api_path": route.path_format,
            "api_method": method.lower(),
            "summary": route.summary or "",
            "tags": list(route.tags),
        }
        if (api := known.pop(route.name, None)) is None:
            new.apis[route.name] = await Api.create(route_key=route.name, **facts)
        elif any(getattr(api, name) != value for name, value in facts.items()):
            await api.update_from_dict(facts).save()
            updated += 1
    for gone in known.values():
        log.info("use case removed", use_case=gone.route_key)
        await gone.delete()
    return Synchronised(created=len(new.apis), updated=updated, deleted=len(known))


async def _sync_menus(
    entries: Iterable[MenuEntry], new: _New, met: DeclaredRows
) -> list[tuple[MenuEntry, Menu | None]]:
    """Each declared menu with its row; with the nearest of those above it that is left if it was deleted, else None."""
    known = {menu.route_name: menu for menu in await Menu.all()}
    pages: list[tuple[MenuEntry, Menu | None]] = []
    for top in entries:
        left: dict[str, Menu | None] = {}
        for entry, parent in top.walk():
            above = left[parent.route_name] if parent else None
            menu = known.get(entry.route_name)
            if met.meet("menu", entry.route_name, has_row=menu is not None):
                menu = new.menus[entry.route_name] = await _create_menu(entry, above.id if above else None)
            left[entry.route_name] = menu or above
            pages.append((entry, menu or above))
    return pages


async def _create_menu(entry: MenuEntry, parent_id: int | None) -> Menu:
    return await Menu.create(
        parent_id=parent_id,
        menu_type=MenuType.CATALOG if entry.children else MenuType.MENU,
        menu_name=entry.title,
        route_name=entry.route_name,
        route_path=entry.path,
        path_param=entry.path_param,
        component=entry.component(at_top=parent_id is None),
        icon=entry.icon,
        order=entry.order,
        i18n_key=f"route.{entry.route_name}",
        constant=entry.constant,
        hide_in_menu=entry.hidden,
        active_menu=entry.active_menu,
        href=entry.href,
        status_type=Status.DISABLED if entry.disabled else Status.ENABLED,
    )


async def _sync_buttons(
    slices: Iterable[SliceRoute], pages: Sequence[tuple[MenuEntry, Menu | None]], new: _New, met: DeclaredRows
) -> None:
    known = {code for (code,) in await Button.all().values_list("button_code")}
    for route in slices:
        for code in sorted(buttons_of(route) - new.buttons.keys()):
            shown_on = (menu for entry, menu in pages if menu and matches(route.name, entry.buttons_of))
            page = next(shown_on, None)
            if page is None and code not in known | met.before["button"]:
                log.warning("button left out, as its page was deleted", button=code, use_case=route.name)
            elif met.meet("button", code, has_row=code in known) and page:
                new.buttons[code] = await Button.create(button_code=code, button_desc=route.summary, menu_id=page.id)


async def _sync_roles(entries: Iterable[RoleEntry], new: _New, met: DeclaredRows) -> None:
    known = {role.role_code: role for role in await Role.all()}
    all_apis = {api.route_key: api for api in await Api.all()}
    all_menus = {menu.route_name: menu for menu in await Menu.all()}
    all_buttons = {button.button_code: button for button in await Button.all()}
    for entry in entries:
        role = known.get(entry.code)
        is_new = met.meet("role", entry.code, has_row=role is not None)
        if role is None:
            if not is_new and entry is not _SUPER:  # nobody could do without that one
                continue
            new.roles.add(entry.code)
            role = await Role.create(
                role_code=entry.code,
                role_name=entry.name,
                role_desc=entry.desc or None,
                data_scope=entry.data_scope,
                home=all_menus.get(entry.home),
            )
            # A role that is new gets all that it declares, not only what is new as well.
            apis, menus, buttons = all_apis, all_menus, all_buttons
        else:
            apis, menus, buttons = new.apis, new.menus, new.buttons
        await role.apis.add(*(api for key, api in apis.items() if matches(key, entry.apis)))
        await role.menus.add(*(menu for name, menu in menus.items() if matches(name, entry.menus)))
        await role.buttons.add(*(button for code, button in buttons.items() if matches(code, entry.buttons)))
