"""A unique index speaks, and the caller hears which of the columns was taken."""

from collections.abc import Awaitable, Callable

import pytest
from fastapi import FastAPI
from tortoise.exceptions import IntegrityError

from features.hr.models import Department, Employee, Tag
from kernel import Code, Refusal
from kernel.identity.models import Button, Menu, MenuType, Role, User
from kernel.models.unique import duplicate_refusal
from tests.platform.kernel.small_app import app_of, caller, slice_of

pytestmark = pytest.mark.usefixtures("app")


def user(**values: str) -> Callable[[], Awaitable[object]]:
    return lambda: User(**{"user_name": "ann", "password_hash": "x", **values}).save()


async def rename_to_soybean() -> None:
    admin = await User.get(user_name="Admin")
    admin.user_name = "soybeaN"
    await admin.save(update_fields=["user_name"])


async def menu() -> None:
    await Menu.create(menu_type=MenuType.MENU, menu_name="Tags", route_name="hr_tag", route_path="/tags")


async def button() -> None:
    await Button.create(button_code="B_HR_DEPT_CREATE", button_desc="x", menu=await Menu.get(route_name="hr"))


async def same_key() -> None:
    tag = await Tag.create(name="Lathe", category="skill")
    await Tag.create(id=tag.id, name="Mill", category="skill")


async def refusal_of(write: Callable[[], Awaitable[object]]) -> Refusal | None:
    with pytest.raises(IntegrityError) as violation:
        await write()
    return duplicate_refusal(violation.value)


@pytest.mark.parametrize(
    ("write", "code"),
    [
        (user(user_name="Soybean"), Code.DUPLICATE_USER_NAME),
        (user(user_name="SOYBEAN"), Code.DUPLICATE_USER_NAME),
        (user(user_name="\uff33oybean"), Code.DUPLICATE_USER_NAME),
        (rename_to_soybean, Code.DUPLICATE_USER_NAME),
        (user(user_email="taken@example.com"), Code.DUPLICATE_USER_EMAIL),
        (user(user_phone="12345"), Code.DUPLICATE_USER_PHONE),
        (lambda: User.filter(user_name="Admin").update(user_name="Soybean"), Code.DUPLICATE_USER_NAME),
        (lambda: Role.create(role_name="x", role_code="R_SUPER"), Code.DUPLICATE_ROLE_CODE),
        (menu, Code.DUPLICATE_MENU_ROUTE),
        (button, Code.DUPLICATE_RESOURCE),
        (lambda: Department.create(name="Sales", code="SA"), Code.DUPLICATE_RESOURCE),
        (same_key, Code.DUPLICATE_RESOURCE),
    ],
)
async def test_a_taken_value_has_its_code(write: Callable[[], Awaitable[object]], code: Code) -> None:
    await User.filter(user_name="Admin").update(user_email="taken@example.com", user_phone="12345")
    refusal = await refusal_of(write)
    assert refusal
    assert (refusal.code, refusal.message, refusal.data) == (code, code.message, None)


async def test_a_violation_of_another_kind_is_none() -> None:
    assert await refusal_of(lambda: Employee.create(name="Ann", department_id=999_999)) is None


async def test_a_value_that_looks_like_the_message_misleads_nobody() -> None:
    """The text of the database's error holds the caller's own value."""
    name = "x)=(y) already exists. Key (user_email"
    await User.create(user_name=name, password_hash="x")
    refusal = await refusal_of(lambda: User.create(user_name=name, password_hash="x"))
    assert refusal
    assert refusal.code is Code.DUPLICATE_USER_NAME


async def test_a_slice_need_not_speak_of_it(app: FastAPI) -> None:
    """Whatever write it was that the index refused, the route answers with the column's code."""

    async def open_account() -> bool:
        await User.create(user_name="Soybean", password_hash="x")
        return True

    async with caller(app_of(slice_of(open_account))) as client:
        assert (await client.post("/orders")).json()["code"] == "2304"
