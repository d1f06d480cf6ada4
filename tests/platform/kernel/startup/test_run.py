"""Start-up, in order: a database that is ready, tables equal to the code, accounts, demo data."""

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable

import asyncpg
import pytest
from fastapi import FastAPI
from tortoise.exceptions import OperationalError

from features.hr.events import EmployeeOnboarded
from features.hr.models import Tag
from kernel import on
from kernel.errors.operator import SettingsError, StartupRefused
from kernel.identity.models import Api, Role, User
from kernel.slices.discovery import Feature, discover
from kernel.startup import run
from kernel.startup.demo_accounts import end_demo_accounts
from kernel.startup.run import finished, refuse_unready_database, start_up
from kernel.unit_of_work.events import collected
from kernel.unit_of_work.models import EventRetelling
from tests.platform.kernel.conftest import Configure, Listening
from tests.state import unchanged


def with_seed(seed: Callable[[], Awaitable[None]]) -> Feature:
    return Feature(title="Shop", prefix="/shop", name="shop", seed=seed)


@pytest.fixture
def unfinished(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    """As before the first start of a process."""
    monkeypatch.setattr(run, "_finished", False)


async def test_after_it_the_process_may_serve(unfinished: None) -> None:
    assert not finished()
    await start_up(discover())
    assert finished()


async def test_a_second_one_changes_nothing(app: FastAPI) -> None:
    async with unchanged():
        await start_up(discover())


async def test_each_module_that_has_a_new_reaction_is_told_what_was_before_it(
    app: FastAPI, listening: Listening
) -> None:
    async def one(_event: EmployeeOnboarded) -> None: ...

    async def two(_event: EmployeeOnboarded) -> None: ...

    for react in (one, two):
        react.__module__ = f"tests.{react.__name__}"
        on(EmployeeOnboarded)(react)
    await start_up(discover())
    asked = await EventRetelling.all().order_by("listener").values_list("teller", "listener")
    assert asked == [("hr", "one"), ("hr", "two")]


async def test_demo_rows_are_sown_in_one_transaction_each(app: FastAPI) -> None:
    sown: list[bool] = []

    async def seed() -> None:
        sown.append(collected.get() is not None)

    await start_up([*discover(), with_seed(seed), with_seed(seed)])
    assert sown == [True, True]


async def test_it_waits_for_another_process_longer_than_a_request_waits_for_a_lock(
    unfinished: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals = [asyncpg.LockNotAvailableError("canceling statement due to lock timeout") for _ in range(3)]

    async def lock(_name: str) -> None:
        if refusals:
            raise refusals.pop()

    monkeypatch.setattr(run, "lock_until_commit", lock)
    await start_up(discover())
    assert finished()


async def test_but_not_for_ever(unfinished: None, monkeypatch: pytest.MonkeyPatch) -> None:
    async def lock(_name: str) -> None:
        raise OperationalError(sqlite3.OperationalError("database is locked"))

    monkeypatch.setattr(run, "lock_until_commit", lock)
    monkeypatch.setattr(run, "PATIENCE_SECONDS", 0)
    with pytest.raises(StartupRefused, match="Another process has held a lock"):
        await start_up(discover())
    assert not finished()


@pytest.mark.parametrize("env", ["development", "production"])
async def test_there_are_none_outside_of_demo_mode(env: str, app: FastAPI, configure: Configure) -> None:
    async def seed() -> None:
        raise AssertionError("sown")

    await end_demo_accounts()
    configure(APP_ENV=env)
    await start_up([*discover(), with_seed(seed)])


@pytest.mark.parametrize("env", ["demo", "development", "production"])
async def test_what_every_installation_begins_with_is_there_in_every_mode(
    env: str, app: FastAPI, configure: Configure
) -> None:
    """In a transaction, before the demo rows, which may need it."""
    made: list[str] = []

    async def install() -> None:
        made.append(f"installed, {collected.get() is not None}")

    async def seed() -> None:
        made.append("sown")

    await end_demo_accounts()
    configure(APP_ENV=env)
    feature = Feature(title="Shop", prefix="/shop", name="shop", install=install, seed=seed)
    await start_up([*discover(), feature])
    assert made == ["installed, True", "sown"][: 2 if env == "demo" else 1]


async def test_a_seed_that_fails_stops_it(unfinished: None) -> None:
    async def seed() -> None:
        await Tag.create(name="half sown", category="test")
        raise ValueError("no seeds left")

    with pytest.raises(ValueError, match="no seeds left"):
        await start_up([*discover(), with_seed(seed)])
    assert not finished()
    assert not await Tag.filter(name="half sown").exists()


async def test_a_database_that_is_not_migrated_is_refused(unfinished: None, no_app: None, empty_database: None) -> None:
    """And it is not migrated on the way: that is for the operator to decide."""
    for _ in range(2):
        with pytest.raises(StartupRefused) as refused:
            await start_up(discover())
        message = str(refused.value)
        number = int(message.split()[3])
        assert message.startswith(f"The database lacks {number} migrations (kernel.0001_initial, ")
        assert message.endswith("). Run: just migrate")
        assert message.count(".0") == number
    assert not finished()


async def test_one_that_does_not_answer_is_refused(unfinished: None, no_app: None, configure: Configure) -> None:
    configure(DB_URL="postgres://u:hidden@127.0.0.1:1/x")
    with pytest.raises(StartupRefused, match=r"^database 'default' does not answer: ") as refused:
        await start_up(discover())
    assert "hidden" not in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1
    assert not finished()


async def test_a_sender_of_codes_that_cannot_send_is_refused(unfinished: None, configure: Configure) -> None:
    configure(CAPTCHA_SENDER="features.nothing:send")
    with pytest.raises(SettingsError, match=r"^CAPTCHA_SENDER="):
        await start_up(discover())
    assert not finished()


async def test_one_that_is_ready_is_not(app: FastAPI) -> None:
    await refuse_unready_database()


async def test_workers_that_start_at_once_all_start(app: FastAPI) -> None:
    """One goes first; the others find everything there."""
    roles, accounts = await Role.all().count(), await User.all().count()
    await Api.filter(route_key__startswith="hr.").delete()
    await User.filter(user_name="Admin").delete()
    await asyncio.gather(*(start_up(discover()) for _ in range(4)))
    assert await Api.filter(route_key="hr.employees.transfer").count() == 1
    assert (await Role.all().count(), await User.all().count()) == (roles, accounts)
