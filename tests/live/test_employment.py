"""The whole life of one employee by HTTP, and the inbox of everybody concerned after each step; again, while workers are killed."""

import os
import signal
from collections.abc import Callable, Iterator
from typing import Any

import asyncpg
import httpx
import pytest

from tests.database import SERVER
from tests.live.client import LiveCaller
from tests.live.server import Server, command, serving, until
from tests.uploads import image

pytestmark = pytest.mark.skipif(not SERVER, reason="two workers need PostgreSQL and Redis")

HR = "/business/hr"
Step = tuple[str, Callable[["Company"], object], dict[str, list[str]]]


class Company:
    """Those whom the life of Li Lei concerns, signed in."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.callers = {name: LiveCaller(server, name) for name in ("hanmei", "zhouhang", "linyan")}
        self.departments = self.callers["hanmei"].departments()
        self.employee = self.password = ""

    def call(self, who: str, method: str, path: str, **body: Any) -> Any:
        reply = self.callers[who].call(method, path, **body)
        assert reply.code == "0000", (who, method, path, reply.body)
        return reply.body["data"]

    def of_lilei(self, path: str) -> str:
        return f"{HR}/employees/{self.employee}{path}"

    def inbox(self, who: str) -> list[str]:
        """The kinds of the notices, sorted: what is told of an employee and of a department has no order between the two."""
        found = self.call(who, "POST", "/notices/search", size=100)
        return sorted(notice["kind"] for notice in found["records"])

    def sign_in(self) -> None:
        self.callers["lilei"] = LiveCaller(self.server)
        login = {"userName": "lilei", "password": self.password}
        self.callers["lilei"].use(self.call("lilei", "POST", "/auth/login", **login)["token"])

    # --- the steps

    def onboard(self) -> None:
        body = {"userName": "lilei", "name": "Li Lei", "departmentId": self.departments["RD"]}
        made = self.call("hanmei", "POST", f"{HR}/employees", **body)
        self.employee, self.password = made["employeeId"], made["rawPassword"]

    def change_password(self) -> None:
        self.sign_in()
        lilei = self.callers["lilei"]
        assert lilei.call("GET", f"{HR}/my/profile").code == "2107"
        new = "correct horse battery staple"
        self.call("lilei", "PATCH", "/auth/password", oldPassword=self.password, newPassword=new)
        self.password = new
        self.sign_in()

    def upload(self) -> None:
        token = self.callers["lilei"]._http.headers["Authorization"]
        with httpx.Client(base_url=self.server.url, trust_env=False, timeout=30) as http:
            files, headers = {"file": ("me.png", image())}, {"Authorization": token}
            answer = http.post(f"/api/v1{HR}/my/avatar", files=files, headers=headers).json()
            assert answer["code"] == "0000", answer
            url = answer["data"]["avatarUrl"]
            assert http.get(url).headers["content-type"] == "image/png"
        assert self.call("lilei", "GET", f"{HR}/my/profile")["avatar"] == url

    def regularize(self) -> None:
        self.call("zhouhang", "POST", f"{HR}/team/employees/{self.employee}/regularize", remark="Well done.")

    def tag(self) -> None:
        tags = self.call("hanmei", "POST", f"{HR}/tags/search", name="Python")["records"]
        self.call("hanmei", "PATCH", self.of_lilei("/tags"), tagIds=[tags[0]["id"]])
        assert [tag["name"] for tag in self.call("lilei", "GET", f"{HR}/my/profile")["tags"]] == ["Python"]

    def transfer(self) -> None:
        self.call("hanmei", "PATCH", self.of_lilei("/department"), departmentId=self.departments["SA"])

    def appoint(self) -> None:
        path = f"{HR}/departments/{self.departments['SA']}/manager"
        self.call("hanmei", "PATCH", path, managerId=self.employee)
        assert "R_DEPT_MGR" in self.call("lilei", "GET", "/auth/user-info")["roles"]

    def resign(self) -> None:
        refused = self.callers["hanmei"].call("POST", self.of_lilei("/resign"), remark="Moves away.")
        assert refused.code == "4001"
        linyan = self.call("hanmei", "POST", f"{HR}/employees/search", name="Lin Yan")["records"][0]["id"]
        body = {"remark": "Moves away.", "newManagerEmployeeId": linyan}
        self.call("hanmei", "POST", self.of_lilei("/resign"), **body)
        assert self.callers["lilei"].me().code == "2102"
        login = {"userName": "lilei", "password": self.password}
        assert LiveCaller(self.server).call("POST", "/auth/login", **login).code == "2102"

    def rehire(self) -> None:
        self.call("hanmei", "POST", self.of_lilei("/rehire"), remark="Came back.")
        assert self.callers["lilei"].me().code == "2106"  # a token from before
        self.sign_in()

    def delete(self) -> None:
        assert self.callers["hanmei"].call("DELETE", self.of_lilei("")).code == "2307"
        self.call("hanmei", "POST", self.of_lilei("/resign"), remark="For good.")
        log = self.call("hanmei", "GET", self.of_lilei("/status-logs"))
        steps = [(each["fromStatus"], each["toStatus"]) for each in reversed(log)]
        assert [former for former, _ in steps] == [None, *(to for _, to in steps[:-1])], "no step missing or double"
        assert [to for _, to in steps] == ["probation", "active", "resigned", "probation", "resigned"]
        self.call("hanmei", "DELETE", self.of_lilei(""))
        assert self.callers["hanmei"].call("GET", self.of_lilei("")).code == "1101"


LIFE: list[Step] = [
    ("onboard", Company.onboard, {"zhouhang": ["joined"]}),
    ("change password", Company.change_password, {"lilei": ["welcome"]}),
    ("upload", Company.upload, {}),
    ("regularize", Company.regularize, {"lilei": ["regularized"]}),
    ("tag", Company.tag, {}),
    ("transfer", Company.transfer, {name: ["transferred"] for name in ("lilei", "zhouhang", "linyan")}),
    ("appoint", Company.appoint, {"lilei": ["appointed"], "linyan": ["relieved"]}),
    ("resign", Company.resign, {"linyan": ["appointed", "resigned"]}),
    ("rehire", Company.rehire, {"lilei": ["relieved", "rehired"], "linyan": ["rehired"]}),
    ("delete", Company.delete, {"linyan": ["resigned"]}),
]
KILLED_AFTER = ("onboard", "transfer", "resign")


@pytest.fixture(params=["quiet", "killed"])
def killing(request: pytest.FixtureRequest) -> bool:
    return request.param == "killed"


@pytest.fixture
def workers(migrated: dict[str, str]) -> Iterator[Server]:
    with serving(migrated | {"WORKERS": "2", "EVENT_POLL_SECONDS": "0.2"}) as server:
        until(lambda: len(server.workers()) == 2, server.log, server)
        yield server


def test_the_whole_life(workers: Server, killing: bool) -> None:
    company = Company(workers)
    expected: dict[str, list[str]] = {"hanmei": [], "zhouhang": [], "linyan": []}
    for name, take, told in LIFE:
        take(company)
        if killing and name in KILLED_AFTER:  # one that reacts at this moment, or not; more would end the service
            os.kill(min(workers.workers()), signal.SIGKILL)
            until(lambda: len(workers.workers()) == 2 and _answers(company), workers.log, workers)
        for who, kinds in told.items():
            expected[who] = sorted([*expected.get(who, []), *kinds])
        readers = [who for who in expected if who in company.callers and company.callers[who].me().code == "0000"]
        until(
            lambda readers=readers: (
                {who: company.inbox(who) for who in readers} == {who: expected[who] for who in readers}
            ),
            lambda name=name, readers=readers: (
                f"after {name}: {[(who, company.inbox(who), expected[who]) for who in readers]}"
            ),
            workers,
        )
    assert company.call("linyan", "GET", "/notices/unread-count") == {"count": len(expected["linyan"])}
    assert company.call("linyan", "POST", "/notices/read-all") == {"count": len(expected["linyan"])}
    assert "Traceback" not in workers.log()


def _answers(company: Company) -> bool:
    try:
        return company.callers["hanmei"].me().code == "0000"
    except httpx.HTTPError:
        return False


async def test_a_worker_killed_in_the_midst_of_a_reaction(workers: Server, migrated: dict[str, str]) -> None:
    """The table of the inbox is locked, so whoever reacts stands still in the midst of it: every worker is killed there."""
    company = Company(workers)
    lock = await asyncpg.connect(migrated["DB_URL"])
    async with lock.transaction():
        await lock.execute("LOCK TABLE notices_notice IN ACCESS EXCLUSIVE MODE")
        company.onboard()
        for pid in workers.workers():
            os.kill(pid, signal.SIGKILL)
        until(lambda: len(workers.workers()) == 2 and _answers(company), workers.log, workers)
    await lock.close()
    until(lambda: company.inbox("zhouhang") == ["joined"], workers.log, workers)
    company.change_password()
    until(lambda: company.inbox("lilei") == ["welcome"], workers.log, workers)
    done = command("events", env=migrated)
    assert done.stdout == "Every reaction has happened.\n", done.stdout
