"""hr.employees.set_avatar"""

import asyncio

from syrupy.assertion import SnapshotAssertion

from features.hr.models import Department, Employee
from kernel.identity.models import Api, Button, Role
from tests.callers import Answer, Caller, as_snapshot
from tests.conftest import SignedIn
from tests.state import unchanged
from tests.uploads import image, uploaded

LIMIT = 2 * 1024 * 1024


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    liuqing = await signed_in("R_HR_SPECIALIST")
    answer = await set_avatar(liuqing, "Wang Wei")
    assert as_snapshot(answer, events) == snapshot
    wang = await Employee.get(name="Wang Wei")
    assert (wang.avatar, wang.updated_by) == (answer.data["avatarUrl"], "liuqing")
    shown = await liuqing.call("hr.employees.get", employee_id=wang.id)
    assert shown.data["avatar"] == answer.data["avatarUrl"]
    assert (await liuqing.get(shown.data["avatar"])).headers["Content-Type"] == "image/png"


async def test_the_former_picture_goes(signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    former = (await set_avatar(hanmei, "Wang Wei")).data["avatarUrl"]
    url = (await set_avatar(hanmei, "Wang Wei", image("WEBP"))).data["avatarUrl"]
    assert uploaded() == [url.removeprefix("/static/")]
    assert url.endswith(".webp")
    assert (await hanmei.get(former)).status_code == 404


async def test_ten_at_once_leave_one_file(signed_in: SignedIn, events: list[object]):
    hanmei = await signed_in("R_HR_MANAGER")
    answers = await asyncio.gather(*(set_avatar(hanmei, "Wang Wei") for _ in range(10)))
    assert {answer.code for answer in answers} == {"0000"}
    assert len(events) == 10
    avatar = (await Employee.get(name="Wang Wei")).avatar
    assert avatar
    assert uploaded() == [avatar.removeprefix("/static/")]


async def test_what_is_no_image(signed_in: SignedIn):
    hanmei = await signed_in("R_HR_MANAGER")
    before = (await set_avatar(hanmei, "Wang Wei")).data["avatarUrl"]
    async with unchanged():
        for content in (b"", b"<svg/>", image()[:50]):
            answer = await set_avatar(hanmei, "Wang Wei", content)
            assert (answer.code, answer.wrong_fields) == ("1200", ["file"])
    assert uploaded() == [before.removeprefix("/static/")]


async def test_the_largest_file(signed_in: SignedIn):
    """Two mebibytes are just not too large, whatever the form around them takes."""
    hanmei = await signed_in("R_HR_MANAGER")
    assert (await set_avatar(hanmei, "Wang Wei", image().ljust(LIMIT))).code == "0000"
    async with unchanged():
        for size in (LIMIT + 1, LIMIT + 100_000):
            answer = await set_avatar(hanmei, "Wang Wei", image().ljust(size))
            assert (answer.status, answer.code) == (413, "1003")
    assert len(uploaded()) == 1


async def test_nobody(signed_in: SignedIn):
    """The picture was stored by then."""
    deleted = await Employee.get(name="Li Na")
    await deleted.delete()
    hanmei = await signed_in("R_HR_MANAGER")
    async with unchanged():
        for gone in (deleted.id, 999_999):
            assert (await hanmei.call("hr.employees.set_avatar", employee_id=gone, file=image())).code == "1101"
    assert uploaded() == []


async def test_out_of_scope(signed_in: SignedIn):
    """A department manager reaches the people of the department."""
    manager = await Role.get(role_code="R_DEPT_MGR")
    await manager.apis.add(await Api.get(route_key="hr.employees.set_avatar"))
    await manager.buttons.add(await Button.get(button_code="B_HR_EMP_EDIT"))
    zhouhang = await signed_in("R_DEPT_MGR")
    async with unchanged():
        assert (await set_avatar(zhouhang, "Dai Wen")).code == "2208"
    assert uploaded() == []
    assert (await set_avatar(zhouhang, "Wang Wei")).code == "0000"


async def test_who_may_not_is_told_before_anything_is_stored(signed_in: SignedIn):
    wangwei = await signed_in("R_EMPLOYEE")
    async with unchanged():
        assert (await set_avatar(wangwei, "Wang Wei")).code == "2201"
    assert uploaded() == []


async def test_the_picture_of_who_is_moved_stays(signed_in: SignedIn):
    """Another save of the row writes no old picture back."""
    hanmei, sales = await signed_in("R_HR_MANAGER"), await Department.get(code="SA")
    url = (await set_avatar(hanmei, "Wang Wei")).data["avatarUrl"]
    wang = await Employee.get(name="Wang Wei")
    assert (await hanmei.call("hr.employees.transfer", employee_id=wang.id, department_id=sales.id)).code == "0000"
    assert (await Employee.get(name="Wang Wei")).avatar == url


async def set_avatar(caller: Caller, name: str, content: bytes | None = None) -> Answer:
    employee = await Employee.get(name=name)
    file = image() if content is None else content
    return await caller.call("hr.employees.set_avatar", employee_id=employee.id, file=file)
