"""The fields of a menu as clients send them, and what creating and changing one have in common."""

from typing import Annotated, Any

from pydantic import Field, StrictBool, StringConstraints

from kernel import Int32, LongText, ParentId, Request, ShortText
from kernel.identity.models import Menu

RouteName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,100}$")]
"""`manage_user-detail`: what the front end's router knows the page by."""

RoutePath = Annotated[str, StringConstraints(max_length=200, pattern=r"^/[!-~]*$")]
"""`/manage/user-detail/:id`, as vue-router reads it."""

Component = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._$/-]{1,200}$")]
"""`layout.base$view.home`, `view.manage_user`."""

PathParam = Annotated[str, StringConstraints(pattern=r"^[!-~]{1,200}$")]

Link = Annotated[str, StringConstraints(max_length=500, pattern=r"^(https?://|/)[!-~]*$")]
"""Where an entry leads that is no page: never `javascript:`, which would run as whoever clicks on it."""

ButtonCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9:._-]{1,100}$")]


class MenuButtonRequest(Request):
    button_code: ButtonCode
    button_desc: Annotated[LongText, Field(max_length=200)] = ""


class RouteParamRequest(Request):
    key: ShortText
    value: LongText = ""


class MenuRequest(Request):
    """What a new menu and a change of one have in common: the fields that may be null, and the buttons.

    `byMenuButtons` are all the buttons of the menu; without them, or with null, they stay as they are.
    """

    parent_id: ParentId[Menu] = None
    route_name: RouteName | None = None
    route_path: RoutePath | None = None
    path_param: PathParam | None = None
    component: Component | None = None
    icon: ShortText | None = None
    i18n_key: ShortText | None = None
    href: Link | None = None
    active_menu: ShortText | None = None
    fixed_index_in_tab: Int32 | None = None
    route_param: Annotated[list[RouteParamRequest], Field(max_length=50)] | None = None
    redirect: RoutePath | None = None
    props: StrictBool | Annotated[dict[ShortText, LongText], Field(max_length=50)] | None = None
    by_menu_buttons: Annotated[list[MenuButtonRequest], Field(max_length=200)] | None = None


def columns_of(sent: dict[str, Any]) -> dict[str, Any]:
    """The columns of a menu that these fields of a MenuRequest are stored in."""
    columns = {name: value for name, value in sent.items() if name not in ("by_menu_buttons", "route_param")}
    if "route_param" in sent:
        params = sent["route_param"]
        columns["query"] = params and [{"key": param.key, "value": param.value} for param in params]
    return columns
