"""An administrator who does not hold everything."""

import pytest
from fastapi import FastAPI

from kernel.identity.models import Api, Menu, Role


@pytest.fixture
async def limited_admin(app: FastAPI) -> None:
    """R_ADMIN, which is declared to hold all there is, holds system management alone."""
    role = await Role.get(role_code="R_ADMIN")
    await role.apis.remove(*await Api.exclude(route_key__startswith="system_manage."))
    await role.menus.remove(*await Menu.filter(route_name__startswith="hr"))
    await role.buttons.clear()
