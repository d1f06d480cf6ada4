"""The pattern that features/README.md shows, in a copy of the project: a module that is new knows who was there before it, and goes on knowing."""

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.database import SERVER
from tests.live.client import LiveCaller
from tests.live.server import ROOT, SERVE, answers, environment, started, until

pytestmark = pytest.mark.skipif(bool(SERVER), reason="what it runs brings its own SQLite, and once is enough")

README = (ROOT / "features" / "README.md").read_text(encoding="utf-8")
EVENTS = [
    "DepartmentManagerChanged",
    "EmployeeFact",
    "EmployeeOnboarded",
    "EmployeeRehired",
    "EmployeeResigned",
    "EmployeeTransferred",
    "EmployeeUpdated",
]
IMPORTS = {
    "models": "from tortoise import fields\nfrom tortoise.expressions import Q, Subquery\n\n"
    "from kernel import Actor, DataScope, Model, Scoped\n\n\n",
    "reactions": f"from features.assets.models import Holder, Site\nfrom features.hr.events import {', '.join(EVENTS)}\nfrom kernel import on\n\n\n",
}
REST = {
    "features/assets/__init__.py": '"""Who holds what."""\n',
    "features/assets/feature.py": "from kernel import Feature\n\n"
    'feature = Feature(title="Assets", prefix="/business/assets")\n',
    "features/assets/access.py": "from kernel import DataScope, Declarations, RoleEntry\n\n"
    'access = Declarations(roles=[RoleEntry("R_ASSETS", "Assets", data_scope=DataScope.SCOPE, apis=["assets.*"])])\n',
    "features/assets/reactions/__init__.py": "",
    "features/assets/holders/__init__.py": "",
    "features/assets/holders/search.py": '''"""Find who may hold something."""

from features.assets.models import Employee, Holder
from kernel import Exact, Page, PublicId, Schema, SearchRequest, paginate, post


class SearchHoldersRequest(SearchRequest):
    has_left: Exact[bool] = None


class HolderRecord(Schema):
    employee_id: PublicId[Employee]
    name: str
    has_left: bool


@post("/search")
async def search_holders(request: SearchHoldersRequest) -> Page[HolderRecord]:
    return await paginate(Holder.visible(), request, HolderRecord)
''',
}


def shown() -> dict[str, str]:
    """The files of the README's code, with the imports that it leaves to the reader."""
    (block,) = [each for each in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if "# features/assets/" in each]
    parts = re.split(r"# (features/assets/\S+)\n", block)[1:]
    files = dict(zip(parts[::2], parts[1::2], strict=True))
    return {path: IMPORTS["models" if "models" in path else "reactions"] + code for path, code in files.items()}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A copy of the project, as it was before."""
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").split()
    names = shutil.ignore_patterns(".git", *(name.strip("/") for name in ignored))
    shutil.copytree(ROOT, tmp_path / "clone", ignore=names)
    return tmp_path / "clone"


def kernel(clone: Path, env: Mapping[str, str], *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "kernel", *arguments], cwd=clone, env=env, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.timeout(240)
def test_it_knows_who_was_there_before_it(clone: Path, tmp_path: Path) -> None:
    env = environment(tmp_path / "var", PYTHONPATH=f"{clone}:{clone / 'platform'}", ARGON2_MEMORY_KIB="64")
    kernel(clone, env, "migrate")
    with started(env, *SERVE, folder=clone) as server:
        until(lambda: answers(server), server.log, server)
        hanmei = LiveCaller(server, "hanmei")
        move(hanmei, "Wang Wei", to="SA")  # nobody listens yet

    for path, text in (REST | shown()).items():
        (clone / path).parent.mkdir(parents=True, exist_ok=True)
        (clone / path).write_text(text, encoding="utf-8")
    kernel(clone, env, "makemigrations", "assets")
    kernel(clone, env, "migrate")
    with started(env, *SERVE, folder=clone) as server:
        until(lambda: answers(server), server.log, server)
        admin, hanmei = LiveCaller(server, "Soybean"), LiveCaller(server, "hanmei")
        until(lambda: len(holders(admin)) == 60, server.log, server)
        until(lambda: len(holders(admin, hasLeft=True)) == 5, server.log, server)

        give(admin, "linyan", "R_ASSETS")
        linyan = LiveCaller(server, "linyan")
        sales = {"Wang Wei", *names(linyan)}
        assert set(holders(linyan)) == sales, "the manager of sales reaches those of sales"

        move(hanmei, "Wang Wei", to="RD")
        move(hanmei, "Li Na", to="SA")
        until(lambda: set(holders(linyan)) == sales - {"Wang Wei"} | {"Li Na"}, server.log, server)
        resign(hanmei, "Li Na")
        until(lambda: "Li Na" in holders(linyan, hasLeft=True), server.log, server)

        kernel(clone, env, "events", "retell", "hr", "assets")
        until(lambda: kernel(clone, env, "events").startswith("Every reaction has happened"), server.log, server)
        assert (len(holders(admin)), len(holders(admin, hasLeft=True))) == (60, 6)
        assert "Traceback" not in server.log()


def data(caller: LiveCaller, method: str, path: str, **body: Any) -> Any:
    reply = caller.call(method, path, **body)
    assert reply.code == "0000", reply.body
    return reply.body["data"]


def holders(caller: LiveCaller, **filters: object) -> list[str]:
    found = data(caller, "POST", "/business/assets/holders/search", size=1000, **filters)
    return [each["name"] for each in found["records"]]


def names(caller: LiveCaller) -> list[str]:
    """Whom the caller's scope reaches in HR."""
    found = data(caller, "POST", "/business/hr/employees/search", size=1000)
    return [each["name"] for each in found["records"]]


def id_of(caller: LiveCaller, name: str) -> str:
    found = data(caller, "POST", "/business/hr/employees/search", name=name)
    return found["records"][0]["id"]


def move(caller: LiveCaller, name: str, *, to: str) -> None:
    department = caller.departments()[to]
    data(caller, "PATCH", f"/business/hr/employees/{id_of(caller, name)}/department", departmentId=department)


def resign(caller: LiveCaller, name: str) -> None:
    data(caller, "POST", f"/business/hr/employees/{id_of(caller, name)}/resign", remark="moves away")


def give(caller: LiveCaller, user_name: str, role: str) -> None:
    users = data(caller, "POST", "/system-manage/users/search", userName=user_name)["records"]
    data(
        caller,
        "PATCH",
        f"/system-manage/users/{users[0]['id']}",
        byUserRoleCodeList=[*users[0]["byUserRoleCodeList"], role],
    )
