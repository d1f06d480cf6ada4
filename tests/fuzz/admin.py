"""Who calls: a super administrator who stays one, whatever the calls do to their account."""

import asyncio
from typing import Any

import httpx
from tortoise.context import TortoiseContext

from kernel.auth.passwords import hash_password
from kernel.identity.accounts import DEMO_PASSWORD, open_account
from kernel.identity.models import SUPER_ROLE
from tests.fuzz.document import Document


class SuperAdmin:
    """Signed in as Soybean, or whoever had to follow. `database` is Tortoise's configuration of the server's database."""

    def __init__(self, url: str, document: Document, database: dict[str, Any]) -> None:
        self._http = httpx.Client(base_url=url, timeout=60, trust_env=False, headers={"Connection": "close"})
        self._login, self._user_info = document.path_of("auth.login"), document.path_of("auth.user_info")
        self._database = database
        self._name = "Soybean"
        self.accounts, self.sign_ins = 1, 0
        self.authorization = ""
        self.stay()

    def stay(self) -> None:
        """If the token does not open every door any more, sign in again; if that does not help, open a new account."""
        if self._is_super() or self._sign_in():
            return
        self._name = f"successor-{self.accounts}"
        self.accounts += 1
        asyncio.run(_open_super_account(self._database, self._name))
        assert self._sign_in(), f"{self._name}, a new super administrator, cannot sign in"

    def _is_super(self) -> bool:
        answer = self._http.get(self._user_info, headers={"Authorization": self.authorization}).json()
        return answer["code"] == "0000" and _opens_every_door(answer["data"])

    def _sign_in(self) -> bool:
        self.sign_ins += 1
        sent = {"userName": self._name, "password": DEMO_PASSWORD}
        answer = self._http.post(self._login, json=sent).json()
        if answer["code"] != "0000":
            return False
        self.authorization = f"Bearer {answer['data']['token']}"
        return self._is_super()


def _opens_every_door(user_info: dict[str, Any]) -> bool:
    return SUPER_ROLE in user_info["roles"] and not user_info["mustChangePassword"]


async def _open_super_account(database: dict[str, Any], name: str) -> None:
    """Past the server, which may have no super administrator left whom anybody can sign in as."""
    async with TortoiseContext() as context:
        await context.init(config=database)
        await open_account(name, await hash_password(DEMO_PASSWORD), [SUPER_ROLE], must_change_password=False)
