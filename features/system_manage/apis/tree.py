"""Show all use cases as a tree by module and resource, for granting them to a role."""

from features.system_manage.api_records import Group, grouped
from features.system_manage.authorization_tree import AuthorizationNode, grantable, why_not
from features.system_manage.modules import needs_no_grant, titles
from kernel import Status, get, public_id
from kernel.identity.models import Api
from kernel.rbac.grants import Grants


@get("/tree")
async def api_tree() -> list[AuthorizationNode]:
    """The caller cannot tick what they do not hold, nor anybody what no grant opens."""
    held, labels, open_to_all = await grantable(), titles(), needs_no_grant()
    modules = grouped(await Api.all().order_by("route_key"))
    return [group_node(module, labels.get(module.name, module.name), held, open_to_all) for module in modules]


def group_node(group: Group, label: str, held: Grants | None, open_to_all: dict[str, str]) -> AuthorizationNode:
    children = [group_node(each, each.last_name, held, open_to_all) for each in group.groups.values()]
    for api in group.apis:
        node = AuthorizationNode.grant(
            public_id(Api, api.id),
            api.summary or api.route_key,
            forbidden=open_to_all.get(api.route_key) or why_not(api.route_key, held.apis if held else None),
            invalid=api.status_type != Status.ENABLED,
        )
        children.append(node)
    return AuthorizationNode.group(group.name, label, children)
