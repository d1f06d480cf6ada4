"""The routes that everybody sees, signed in or not."""

from features.route.routes import Route, as_routes
from kernel import PUBLIC, Status, Success, slice_router
from kernel.identity.models import Menu

router = slice_router()


@router.get("/constant-routes", access=PUBLIC)
async def constant_routes() -> Success[list[Route]]:
    return Success(data=as_routes(await Menu.filter(constant=True, status_type=Status.ENABLED)))
