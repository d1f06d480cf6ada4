"""auth.user_info"""

from syrupy.assertion import SnapshotAssertion

from kernel import Status
from kernel.identity.models import Button, Role, User
from kernel.ids import public_id
from tests.callers import Caller, as_snapshot, bearer, new_session
from tests.conftest import Counting, SignedIn


async def test_success(signed_in: SignedIn, events: list[object], snapshot: SnapshotAssertion) -> None:
    liuqing = await signed_in("R_HR_SPECIALIST")
    assert as_snapshot(await liuqing.call("auth.user_info"), events) == snapshot


async def test_a_super_admin_gets_every_button(signed_in: SignedIn) -> None:
    soybean = await signed_in("R_SUPER")
    buttons = (await soybean.call("auth.user_info")).data["buttons"]
    assert buttons == sorted([button.button_code for button in await Button.all()])
    assert len(buttons) > 0


async def test_a_button_of_two_roles_is_told_once(signed_in: SignedIn) -> None:
    manager = await Role.get(role_code="R_DEPT_MGR")
    await manager.buttons.add(await Button.get(button_code="B_HR_EMP_TRANSFER"))
    hanmei = await signed_in("hanmei")
    assert (await hanmei.call("auth.user_info")).data["buttons"].count("B_HR_EMP_TRANSFER") == 1


async def test_a_disabled_role_counts_for_nothing(signed_in: SignedIn) -> None:
    await Role.filter(role_code="R_HR_SPECIALIST").update(status_type=Status.DISABLED)
    liuqing = await signed_in("R_HR_SPECIALIST")
    answer = (await liuqing.call("auth.user_info")).data
    assert (answer["roles"], answer["buttons"]) == (["R_EMPLOYEE"], ["B_HR_MY_AVATAR_EDIT", "B_HR_MY_TAG_EDIT"])


async def test_a_user_without_roles_may_ask(signed_in: SignedIn) -> None:
    await (await User.get(user_name="User")).roles.clear()
    user = await signed_in("R_USER")
    answer = await user.call("auth.user_info")
    assert (answer.code, answer.data["roles"], answer.data["buttons"]) == ("0000", [], [])


async def test_an_impersonation_names_the_impersonator(client: Caller) -> None:
    soybean, hanmei = await User.get(user_name="Soybean"), await User.get(user_name="hanmei")
    token = (await new_session(hanmei, impersonator=soybean)).access
    client.headers.update(bearer(token))
    answer = (await client.call("auth.user_info")).data
    assert (answer["userName"], answer["impersonating"], answer["impersonatorId"]) == (
        "hanmei",
        True,
        public_id(User, soybean.id),
    )


async def test_a_user_without_a_nick_name_is_called_by_the_user_name(signed_in: SignedIn) -> None:
    await User.filter(user_name="User").update(nick_name=None, must_change_password=True)
    user = await signed_in("R_USER")
    answer = await user.call("auth.user_info")
    assert (answer.data["nickName"], answer.data["mustChangePassword"]) == ("User", True)


async def test_it_costs_one_statement(signed_in: SignedIn, counting: Counting) -> None:
    hanmei = await signed_in("R_HR_MANAGER")
    await hanmei.warm()
    with counting() as cost:
        await hanmei.call("auth.user_info")
    assert len(cost.statements) == 1
