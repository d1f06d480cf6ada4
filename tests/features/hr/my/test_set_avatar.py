"""hr.my.set_avatar"""

from syrupy.assertion import SnapshotAssertion

from features.hr.models import Employee
from kernel.identity.models import Role, User
from tests.callers import as_snapshot
from tests.conftest import SignedIn
from tests.state import unchanged
from tests.uploads import decoded, image, uploaded


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion):
    wangwei = await signed_in("R_EMPLOYEE")
    answer = await wangwei.call("hr.my.set_avatar", file=image("JPEG", (40, 20)))
    assert as_snapshot(answer, events) == snapshot
    url = answer.data["avatarUrl"]
    assert (await Employee.get(name="Wang Wei")).avatar == url
    assert await Employee.filter(avatar__isnull=False).count() == 1
    served = await wangwei.get(url)
    assert (served.headers["Content-Type"], decoded(served.content).size) == ("image/jpeg", (40, 20))


async def test_the_former_picture_goes(signed_in: SignedIn):
    wangwei = await signed_in("R_EMPLOYEE")
    urls = [(await wangwei.call("hr.my.set_avatar", file=image())).data["avatarUrl"] for _ in range(2)]
    assert uploaded() == [urls[1].removeprefix("/static/")]


async def test_what_is_no_image(signed_in: SignedIn):
    wangwei = await signed_in("R_EMPLOYEE")
    async with unchanged():
        answer = await wangwei.call("hr.my.set_avatar", file=b"GIF89a")
    assert (answer.code, answer.wrong_fields) == ("1200", ["file"])
    assert uploaded() == []


async def test_a_file_that_is_too_large(signed_in: SignedIn):
    wangwei = await signed_in("R_EMPLOYEE")
    async with unchanged():
        answer = await wangwei.call("hr.my.set_avatar", file=image().ljust(2 * 1024 * 1024 + 1))
    assert (answer.status, answer.code) == (413, "1003")
    assert uploaded() == []


async def test_who_is_no_employee(signed_in: SignedIn):
    """Or no longer on file."""
    await (await User.get(user_name="User")).roles.add(await Role.get(role_code="R_EMPLOYEE"))
    user, wangwei = await signed_in("User"), await signed_in("R_EMPLOYEE")
    await (await Employee.get(name="Wang Wei")).delete()
    async with unchanged():
        for caller in (user, wangwei):
            assert (await caller.call("hr.my.set_avatar", file=image())).code == "4005"
    assert uploaded() == []
