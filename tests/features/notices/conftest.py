"""HR's present state, as notices knows it."""

import pytest_asyncio
from fastapi import FastAPI

from features.hr.models import Department as HrDepartment
from features.notices.models import Department


@pytest_asyncio.fixture(autouse=True)
async def managers_known(app: FastAPI) -> None:
    """Who manages what in the demo company, which comes into being without a word."""
    for each in await HrDepartment.all().select_related("manager"):
        await Department.update_or_create(
            {"manager_user_id": each.manager and each.manager.user_id}, department_id=each.id
        )
