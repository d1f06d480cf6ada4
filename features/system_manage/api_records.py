"""The row of a use case, as administrators see it; and what is said of use cases by their names."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from tortoise.expressions import Q

from features.system_manage.modules import is_public, titles
from kernel import AuditedRecord, Status
from kernel.identity.models import Api


class ApiMethod(StrEnum):
    GET = "get"
    POST = "post"
    PUT = "put"
    PATCH = "patch"
    DELETE = "delete"


class ApiRecord(AuditedRecord[Api]):
    """`routeKey` is the name of the use case, which is its permission as well."""

    api_path: str
    api_method: ApiMethod
    summary: str
    tags: list[str]
    route_key: str
    status_type: Status


def below(*names: str) -> Q:
    """The use cases of any of these modules or resources: of `hr` and `hr.employees`, `hr.employees.search`."""
    return Q(*(Q(route_key__startswith=f"{name}.") for name in names), join_type="OR") if names else Q(id__in=[])


@dataclass
class Group:
    """A module, a resource, or a resource of a resource: `hr.team.employees` stands in `hr.team`, and that in `hr`."""

    name: str
    label: str
    groups: dict[str, "Group"] = field(default_factory=dict)
    apis: list[Api] = field(default_factory=list)

    @property
    def tag(self) -> str:
        """As the use cases bear it: `hr/team/employees`."""
        return self.name.replace(".", "/")


def grouped(apis: Iterable[Api]) -> list[Group]:
    """The modules, with all that is in them, in the order of the use cases given."""
    modules: dict[str, Group] = {}
    labels = titles()
    for api in apis:
        module, *resources, _ = api.route_key.split(".")
        group = modules.setdefault(module, Group(module, labels.get(module, module)))
        for resource in resources:
            group = group.groups.setdefault(resource, Group(f"{group.name}.{resource}", resource))
        group.apis.append(api)
    return list(modules.values())


def why_always_on(route_key: str) -> str | None:
    """Why this use case cannot be switched off; None if it can."""
    if route_key.startswith(("auth.", "system_manage.apis.")):
        return "without it nobody could switch it on again"
    return "it is open to anyone, who is asked nothing" if is_public(route_key) else None
