"""List the tags of use cases, modules with their resources, as a form offers them for a search."""

from pydantic import Field

from features.system_manage.api_records import Group, grouped
from kernel import Schema, get
from kernel.identity.models import Api


class TagOption(Schema):
    """`value` is what a search takes among its `tags`."""

    label: str
    value: str
    children: list["TagOption"] | None = Field(default=None, exclude_if=lambda children: not children)


@get("/tags")
async def list_tags() -> list[TagOption]:
    return [tag_option(module) for module in grouped(await Api.all().order_by("route_key"))]


def tag_option(group: Group) -> TagOption:
    children = [tag_option(each) for each in group.groups.values()]
    return TagOption(label=group.label, value=group.tag, children=children)
