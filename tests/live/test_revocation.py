"""Whatever an administrator ends or takes away on one server, another one knows at its next request; with Redis and without."""

import shutil
from collections.abc import Callable
from typing import Any

import pytest

from tests.database import SERVER
from tests.live.client import LiveCaller, Reply
from tests.live.pair import Two
from tests.live.server import command

pytestmark = pytest.mark.skipif(
    not SERVER or not shutil.which("redis-server"), reason="needs PostgreSQL, and a redis-server to start"
)

USERS, ROLES = "/system-manage/users", "/system-manage/roles"
PASSWORD = "correct horse battery"


class Person:
    """Somebody new, with a role of their own, who may search departments; signed in at the other server."""

    def __init__(self, two: Two, admin: LiveCaller, number: int) -> None:
        self.admin, self.code, self.name = admin, f"R_PERSON_{number}", f"person{number}"
        role: Any = self._do("POST", ROLES, roleName=self.code, roleCode=self.code)
        self.role = role["createdId"]
        found: Any = self._do("POST", "/system-manage/apis/search", routeKey="hr.departments.search", size=100)
        self.api = next(each["id"] for each in found["records"] if each["routeKey"] == "hr.departments.search")
        self._do("PATCH", f"{ROLES}/{self.role}/apis", byRoleApiIds=[self.api])
        new = {"userName": self.name, "password": PASSWORD, "byUserRoleCodeList": [self.code]}
        created: Any = self._do("POST", USERS, **new)
        self.id = created["createdId"]
        self.there = LiveCaller(two.other)
        self._sign_in(PASSWORD)
        assert (
            self.there.call("PATCH", "/auth/password", oldPassword=PASSWORD, newPassword=f"{PASSWORD} 2").code == "0000"
        )
        self._sign_in(f"{PASSWORD} 2")
        assert [self.ask().code for _ in range(2)] == ["0000", "0000"]

    def ask(self) -> Reply:
        return self.there.call("POST", "/business/hr/departments/search")

    def update(self, **changes: object) -> None:
        self._do("PATCH", f"{USERS}/{self.id}", **changes)

    def end_session(self) -> None:
        sessions: Any = self._do("GET", f"{USERS}/{self.id}/sessions")
        self._do("POST", f"{USERS}/{self.id}/sessions/{sessions[0]['id']}/end")

    def switch(self, status: str) -> None:
        self._do("PATCH", f"/system-manage/apis/{self.api}/status", statusType=status)

    def _sign_in(self, password: str) -> None:
        reply = self.there.call("POST", "/auth/login", userName=self.name, password=password)
        self.there.use(reply.body["data"]["token"])

    def _do(self, method: str, path: str, **body: object) -> object:
        reply = self.admin.call(method, path, **body)
        assert reply.code == "0000", reply.body
        return reply.body["data"]


WAYS: dict[str, tuple[Callable[[Person], object], str]] = {
    "offline": (lambda who: who._do("POST", f"{USERS}/{who.id}/offline"), "2106"),
    "offline, of many": (lambda who: who._do("POST", f"{USERS}/batch-offline", ids=[who.id]), "2106"),
    "offline, of a role": (lambda who: who._do("POST", f"{ROLES}/batch-offline", roleCodes=[who.code]), "2106"),
    "one session": (Person.end_session, "2106"),
    "reset": (lambda who: who._do("POST", f"{USERS}/{who.id}/reset-password"), "2106"),
    "another password": (lambda who: who.update(password="battery staple 7"), "2106"),
    "disabled": (lambda who: who.update(statusType="2"), "2102"),
    "deleted": (lambda who: who._do("DELETE", f"{USERS}/{who.id}"), "2101"),
    "another role": (lambda who: who.update(byUserRoleCodeList=["R_USER"]), "2201"),
    "role disabled": (lambda who: who._do("PATCH", f"{ROLES}/{who.role}", statusType="2"), "2207"),
    "API taken": (lambda who: who._do("PATCH", f"{ROLES}/{who.role}/apis", byRoleApiIds=[]), "2201"),
    "API switched off": (lambda who: who.switch("2"), "2200"),
}


@pytest.mark.parametrize("redis", ["there", "gone", "gone and back"])
def test_what_one_ends_the_other_refuses_at_once(redis: str, two: Two) -> None:
    admin = LiveCaller(two.one, "Soybean")
    if redis == "gone":
        two.redis.kill()
    for number, (way, (end, code)) in enumerate(WAYS.items()):
        who = Person(two, admin, number)
        if redis == "gone and back":
            two.redis.kill()
        end(who)
        if redis == "gone and back":
            two.redis.start()
        assert (way, who.ask().code) == (way, code)
        assert (way, who.there.call("POST", USERS + "/search").code) != (way, "0000")
        if way == "API switched off":
            who.switch("1")
            assert who.ask().code == "0000"


def test_a_command_of_the_operator_is_in_force_at_once_as_well(two: Two) -> None:
    """`just end-demo-accounts`, while servers run."""
    _, there = two.sign_in("hanmei")
    done = command("end-demo-accounts", env=two.env)
    assert done.returncode == 0, done.stderr
    assert there.search().code == "2102"
