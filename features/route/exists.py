"""Is there a menu with this route name?"""

from typing import Annotated

from fastapi import Query

from kernel import SIGNED_IN, get
from kernel.identity.models import Menu


@get("/exists", access=SIGNED_IN, open_during_password_change=True)
async def exists(name: Annotated[str, Query(min_length=1, max_length=100)]) -> bool:
    return await Menu.filter(route_name=name).exists()
