"""Can the process serve? Each dependency is "up" or "down"; 503 while one is down that it cannot serve without."""

from typing import Literal

from kernel import PUBLIC, Code, Schema, Success, TransportRefusal, readiness, slice_router

router = slice_router()

State = Literal["up", "down"]


class ReadyResponse(Schema):
    database: State
    redis: State
    migrations: State
    startup: State


@router.get("/ready", access=PUBLIC)
async def ready() -> Success[ReadyResponse]:
    up = await readiness.readiness()
    answer = ReadyResponse.model_validate({name: "up" if is_up else "down" for name, is_up in up.items()})
    if missing := [name for name in readiness.REQUIRED if not up[name]]:
        message = f"Not ready: {', '.join(missing)} down."
        raise TransportRefusal(503, Code.SERVICE_UNAVAILABLE, message, data=answer.model_dump())
    return Success(data=answer)
