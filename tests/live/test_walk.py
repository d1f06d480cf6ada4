"""The walk of a first day, in production mode: the first administrator, a role, a user with it, and their end.

It is what "The first day in production" in README.md tells, as HTTP calls on a fresh database.
"""

import re
import secrets
from typing import Any

import pytest

from tests.database import SERVER
from tests.live.client import LiveCaller, Reply
from tests.live.server import Server, serving

pytestmark = pytest.mark.skipif(not SERVER, reason="production is PostgreSQL and Redis")

GRANTED = ("hr.departments.search", "hr.departments.create", "hr.departments.tree")


@pytest.fixture
def production(migrated: dict[str, str]) -> dict[str, str]:
    safe = {"SECRET_KEY": secrets.token_hex(32), "SQIDS_SEED": secrets.token_hex(16), "APP_ENV": "production"}
    return migrated | safe


def done(reply: Reply) -> Any:
    assert reply.code == "0000", reply.body
    return reply.body["data"]


def sign_in(server: Server, user_name: str, password: str) -> tuple[LiveCaller, bool]:
    """A caller, and whether they must change the password first."""
    caller = LiveCaller(server)
    tokens = done(caller.call("POST", "/auth/login", userName=user_name, password=password))
    caller.use(tokens["token"])
    return caller, tokens["mustChangePassword"]


def change_password(server: Server, user_name: str, old: str, new: str) -> LiveCaller:
    """Sign in with a password that must be changed, find nothing else open, change it, and sign in anew."""
    caller, must_change = sign_in(server, user_name, old)
    assert must_change
    assert caller.call("POST", "/system-manage/users/search").code == "2107"
    routes = done(caller.call("GET", "/route/user-routes"))
    assert (routes["home"], [route["name"] for route in routes["routes"]]) == ("user-center", ["user-center"])
    done(caller.call("PATCH", "/auth/password", oldPassword=old, newPassword=new))
    assert caller.me().code == "2106"
    caller, must_change = sign_in(server, user_name, new)
    assert not must_change
    return caller


def nodes(tree: list[dict[str, Any]]) -> dict[str, str]:
    """What an authorization tree lets one tick: ids by label, of menus by route name."""
    found: dict[str, str] = {}
    for node in tree:
        if node["resourceId"]:
            found[node.get("routeName") or node["label"]] = node["resourceId"]
        found |= nodes(node.get("children") or [])
    return found


def test_the_first_day_in_production(production: dict[str, str]) -> None:
    with serving(production) as server:
        (generated,) = re.findall(r"First super administrator: Soybean, password (\w+)", server.log())
        admin = change_password(server, "Soybean", generated, "correct horse battery")

        role = done(admin.call("POST", "/system-manage/roles", roleName="Planner", roleCode="R_PLANNER"))["createdId"]
        found = done(admin.call("POST", "/system-manage/apis/search", size=1000, includeSystem=True))["records"]
        apis = {api["routeKey"]: api["id"] for api in found}
        done(admin.call("PATCH", f"/system-manage/roles/{role}/apis", byRoleApiIds=[apis[name] for name in GRANTED]))
        menus = nodes(done(admin.call("GET", "/system-manage/menus/tree")))
        pages = [menus["hr_department"]]
        done(admin.call("PATCH", f"/system-manage/roles/{role}/menus", byRoleMenuIds=pages, byRoleHomeId=pages[0]))
        buttons = done(admin.call("GET", "/system-manage/menus/buttons/tree"))
        create = next(each for label, each in nodes(buttons).items() if label.startswith("Create a department"))
        done(admin.call("PATCH", f"/system-manage/roles/{role}/buttons", byRoleButtonIds=[create]))
        new = {"userName": "nora", "password": "battery staple", "byUserRoleCodeList": ["R_PLANNER"]}
        user = done(admin.call("POST", "/system-manage/users", **new))["createdId"]

        nora = change_password(server, "nora", "battery staple", "staple gun 1990")
        assert done(nora.me())["buttons"] == ["B_HR_DEPT_CREATE"]
        routes = done(nora.call("GET", "/route/user-routes"))
        assert routes["home"] == "hr_department"
        assert [each["name"] for each in routes["routes"]] == ["hr"]
        assert nora.department("NEW").code == "0000"
        assert [each["code"] for each in done(nora.call("GET", "/business/hr/departments/tree"))] == ["NEW"]
        (department,) = nora.departments().values()
        assert nora.call("PATCH", f"/business/hr/departments/{department}", name="Newer").code == "2201"
        assert nora.search().code == "2201"
        assert nora.call("POST", "/system-manage/users/search").code == "2201"

        done(admin.call("POST", f"/system-manage/users/{user}/offline"))
        assert nora.me().code == "2106"
        assert nora.department("NEWER").code == "2106"
        log = done(admin.call("POST", "/system-manage/login-logs/search", userName="nora"))["records"]
        assert {"sign_in", "password_change", "session_end"} <= {entry["event"] for entry in log}
