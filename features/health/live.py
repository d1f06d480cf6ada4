"""Does the process answer?"""

from kernel import PUBLIC, Schema, get


class LiveResponse(Schema):
    status: str


@get("/live", access=PUBLIC)
async def live() -> LiveResponse:
    return LiveResponse(status="up")
