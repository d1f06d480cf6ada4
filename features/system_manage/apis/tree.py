"""Show all use cases as a tree by module and resource, for granting them to a role."""

from features.system_manage.api_records import Group, grouped
from features.system_manage.authorization_tree import AuthorizationNode, Grantable, grantable
from kernel import Status, get, public_id
from kernel.identity.models import Api


@get("/tree")
async def api_tree() -> list[AuthorizationNode]:
    """The caller cannot tick what they do not hold, nor anybody what no grant opens."""
    caller = await grantable()
    return [group_node(module, caller) for module in grouped(await Api.all().order_by("route_key"))]


def group_node(group: Group, caller: Grantable) -> AuthorizationNode:
    groups = [group_node(each, caller) for each in group.groups.values()]
    apis = [
        AuthorizationNode.grant(
            public_id(Api, api.id),
            api.summary or api.route_key,
            forbidden=caller.why_not_api(api),
            invalid=api.status_type != Status.ENABLED,
        )
        for api in group.apis
    ]
    return AuthorizationNode.group(group.name, group.label, groups + apis)
