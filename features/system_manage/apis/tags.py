"""List the tags of use cases, modules with their resources, as a form offers them for a search."""

from pydantic import Field

from features.system_manage.api_records import Group, grouped
from features.system_manage.modules import titles
from kernel import Schema, get
from kernel.identity.models import Api


class TagOption(Schema):
    label: str
    value: str
    children: list["TagOption"] | None = Field(default=None, exclude_if=lambda children: not children)


@get("/tags")
async def list_tags() -> list[TagOption]:
    labels = titles()
    modules = grouped(await Api.all().order_by("route_key"))
    return [tag_option(module, labels.get(module.name, module.name)) for module in modules]


def tag_option(group: Group, label: str) -> TagOption:
    children = [tag_option(each, each.last_name) for each in group.groups.values()]
    return TagOption(label=label, value=group.tag, children=children)
