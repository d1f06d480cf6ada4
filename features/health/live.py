"""Does the process answer?"""

from kernel import PUBLIC, Schema, Success, slice_router

router = slice_router()


class LiveResponse(Schema):
    status: str


@router.get("/live", access=PUBLIC)
async def live() -> Success[LiveResponse]:
    return Success(data=LiveResponse(status="up"))
