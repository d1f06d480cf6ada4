"""A unique index speaks, and the caller hears which of the columns was taken."""

from collections.abc import Awaitable, Callable

import pytest
from fastapi import FastAPI
from tortoise.exceptions import IntegrityError

from features.hr.models import Department, Employee, Tag
from kernel import Code, Refusal, refuse_duplicates
from kernel.identity.models import Button, Menu, MenuType, Role, User
from kernel.models.base import Model

pytestmark = pytest.mark.usefixtures("app")


def user(**values: str) -> Callable[[], Awaitable[object]]:
    return lambda: User(**{"user_name": "ann", "password_hash": "x", **values}).save()


async def menu() -> None:
    await Menu.create(menu_type=MenuType.MENU, menu_name="Tags", route_name="hr_tag", route_path="/tags")


async def button() -> None:
    await Button.create(button_code="B_HR_DEPT_CREATE", button_desc="x", menu=await Menu.get(route_name="hr"))


async def same_key() -> None:
    tag = await Tag.create(name="Lathe", category="skill")
    await Tag.create(id=tag.id, name="Mill", category="skill")


@pytest.mark.parametrize(
    ("model", "write", "code"),
    [
        (User, user(user_name="Soybean"), Code.DUPLICATE_USER_NAME),
        (User, user(user_email="taken@example.com"), Code.DUPLICATE_USER_EMAIL),
        (User, user(user_phone="12345"), Code.DUPLICATE_USER_PHONE),
        (Role, lambda: Role.create(role_name="x", role_code="R_SUPER"), Code.DUPLICATE_ROLE_CODE),
        (Menu, menu, Code.DUPLICATE_MENU_ROUTE),
        (Button, button, Code.DUPLICATE_RESOURCE),
        (Department, lambda: Department.create(name="Sales", code="SA"), Code.DUPLICATE_RESOURCE),
        (Tag, same_key, Code.DUPLICATE_RESOURCE),
    ],
)
async def test_a_taken_value_has_its_code(
    model: type[Model], write: Callable[[], Awaitable[object]], code: Code
) -> None:
    await User.filter(user_name="Admin").update(user_email="taken@example.com", user_phone="12345")
    with pytest.raises(Refusal) as refused:
        async with refuse_duplicates(model):
            await write()
    assert refused.value.code is code
    assert refused.value.message == code.message
    assert refused.value.data is None


async def test_an_update_is_refused_as_well() -> None:
    with pytest.raises(Refusal) as refused:
        async with refuse_duplicates(User):
            await User.filter(user_name="Admin").update(user_name="Soybean")
    assert refused.value.code is Code.DUPLICATE_USER_NAME


async def test_what_need_not_be_unique_is_written() -> None:
    async with refuse_duplicates(User):
        await User.create(user_name="ann", password_hash="x", nick_name="Soybean")
    assert await User.filter(user_name="ann").exists()


async def test_a_violation_of_another_kind_is_let_through() -> None:
    with pytest.raises(IntegrityError):
        async with refuse_duplicates(Employee):
            await Employee.create(name="Ann", department_id=999_999)


async def test_other_errors_are_let_through() -> None:
    with pytest.raises(ZeroDivisionError):
        async with refuse_duplicates(User):
            _ = 1 / 0


async def test_a_value_that_looks_like_the_message_misleads_nobody(app: FastAPI) -> None:
    """The text of the database's error holds the caller's own value."""
    name = "x)=(y) already exists. Key (user_email"
    await User.create(user_name=name, password_hash="x")
    with pytest.raises(Refusal) as refused:
        async with refuse_duplicates(User):
            await User.create(user_name=name, password_hash="x")
    assert refused.value.code is Code.DUPLICATE_USER_NAME
