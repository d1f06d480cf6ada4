"""What a module declares in its `access.py`: menus and roles. Start-up creates what is missing.

    access = Declarations(
        menus=[MenuEntry("hr", "Human resources", icon="mdi:account-group", order=2, children=[
            MenuEntry("hr_employee", "Employees", icon="mdi:account", buttons_of=["hr.employees.*"]),
        ])],
        roles=[RoleEntry("R_HR_MANAGER", "HR manager", data_scope=DataScope.ALL,
            menus=["hr", "hr_employee"], apis=["hr.*"], buttons=["B_HR_*"])],
    )

Buttons are declared nowhere: a slice that names one (`button="B_HR_EMP_TRANSFER"`) brings it into being, on the page
that shows the buttons of its use case, and its first line describes it.

A declared row is created once. After that it belongs to the administrators: what they changed, revoked or deleted
stays so. A use case, a menu or a button that is new is granted to the roles that declare it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from kernel.context import DataScope


@dataclass(frozen=True, kw_only=True, slots=True)
class MenuEntry:
    """A page, or with children a catalog of pages. Path, component and i18n key follow from the route name.

    `href`: where it leads, for a page that is no view of the front end. `disabled`: nobody sees it until it is enabled.
    `buttons_of`: use cases, or patterns of them, whose buttons stand on this page.
    """

    route_name: str = field(kw_only=False)
    title: str = field(kw_only=False)
    icon: str
    order: int = 0
    constant: bool = False
    hidden: bool = False
    path_param: str | None = None
    active_menu: str | None = None
    href: str | None = None
    disabled: bool = False
    blank: bool = False  # on a page of its own, without the frame
    buttons_of: Sequence[str] = ()
    children: Sequence["MenuEntry"] = ()

    @property
    def path(self) -> str:
        """`manage_user-detail` stands at `/manage/user-detail`, with its parameter behind."""
        path = "/" + self.route_name.replace("_", "/")
        return f"{path}/:{self.path_param}" if self.path_param else path

    def component(self, *, at_top: bool) -> str:
        """How the front end names the component: a layout, a view, or both."""
        view = f"view.{self.route_name}"
        if self.children:
            return "layout.base"
        if not at_top:
            return view
        return f"layout.{'blank' if self.blank else 'base'}${view}"

    def walk(self, parent: "MenuEntry | None" = None) -> Iterator[tuple["MenuEntry", "MenuEntry | None"]]:
        """This entry and all below, each with its parent, parents first."""
        yield self, parent
        for child in self.children:
            yield from child.walk(self)


@dataclass(frozen=True, kw_only=True, slots=True)
class RoleEntry:
    """A role and what it is granted. All three may be patterns: `hr.employees.*`, `B_HR_*`, `hr_*`; `*` is all there is."""

    code: str = field(kw_only=False)
    name: str = field(kw_only=False)
    desc: str = ""
    data_scope: DataScope = DataScope.SELF
    home: str = "home"
    menus: Sequence[str] = ()
    buttons: Sequence[str] = ()
    apis: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Declarations:
    """Everything that one module declares."""

    menus: Sequence[MenuEntry] = ()
    roles: Sequence[RoleEntry] = ()


def matches(name: str, patterns: Iterable[str]) -> bool:
    """Whether it is one of these names, or like one of these patterns."""
    return any(fnmatchcase(name, pattern) for pattern in patterns)
