"""Find menus: the tree of those that match, in pages of its roots."""

from features.system_manage.menu_records import MenuRecord, MenuRow, as_tree
from features.system_manage.modules import business_menus
from kernel import AuditedSearchRequest, Contains, Exact, Page, SearchRequest, Status, paginate, post
from kernel.identity.models import Menu, MenuType

MOST_MENUS = 100_000  # of which nobody comes near


class SearchMenusRequest(AuditedSearchRequest):
    """The three switches of a menu page, which a Soybean client has off at first."""

    menu_name: Contains = None
    route_name: Contains = None
    route_path: Contains = None
    menu_type: Exact[MenuType] = None
    status_type: Exact[Status] = None
    include_constant: bool = False
    include_hidden: bool = False
    include_business: bool = False


@post("/search")
async def search_menus(request: SearchMenusRequest) -> Page[MenuRecord]:
    """A menu that matches brings all that it stands below; `total` and the pages count the roots. Siblings come in the order
    of `orderBy`, by themselves in their `order`.

    `includeConstant` shows the pages that exist before sign-in, `includeHidden` the other ones without a line in the menu,
    `includeBusiness` those that business modules declare. What administrators made is always shown.
    """
    order = SearchRequest.model_construct(size=MOST_MENUS, order_by=request.order_by or ["order"])
    rows = {row.id: row for row in (await paginate(Menu.all(), order, MenuRow)).records}
    found = {row_id for (row_id,) in await Menu.filter(**request.filters()).values_list("id")}
    business = set[str]() if request.include_business else business_menus()
    shown = set[int]()
    for match in rows.values():
        if match.id in found and match.route_name not in business and is_asked_for(match, request):
            shown |= {match.id, *ancestors_of(match, rows)}
    roots = await as_tree([row for row in rows.values() if row.id in shown])
    records = roots[request.offset : request.offset + request.size]
    return Page[MenuRecord].model_construct(
        records=records, total=len(roots), current=request.current, size=request.size
    )


def ancestors_of(row: MenuRow, rows: dict[int, MenuRow]) -> set[int]:
    above = set[int]()
    while row.parent_id in rows and row.parent_id not in above:
        row = rows[row.parent_id]
        above.add(row.id)
    return above


def is_asked_for(row: MenuRow, request: SearchMenusRequest) -> bool:
    if row.constant:
        return request.include_constant
    return request.include_hidden or not row.hide_in_menu
