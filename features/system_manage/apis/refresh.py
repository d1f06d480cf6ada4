"""Make the table of use cases equal to the code, as each start does."""

from kernel import Schema, post, refresh_permissions


class RefreshApisResponse(Schema):
    """How many use cases were new, changed and gone."""

    created: int
    updated: int
    deleted: int


@post("/refresh")
async def refresh_apis() -> RefreshApisResponse:
    """Menus, buttons and roles that the code declares are looked after as well; what administrators did stays."""
    return RefreshApisResponse.model_validate(await refresh_permissions())
