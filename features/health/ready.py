"""Can the process serve? Each dependency is "up" or "down"; 503 while one is down that it cannot serve without."""

from dataclasses import asdict
from typing import Literal

from pydantic import JsonValue

from kernel import PUBLIC, Code, Schema, TransportRefusal, check_readiness, get

State = Literal["up", "down"]


class ReadyResponse(Schema):
    database: State
    redis: State
    migrations: State
    startup: State


@get("/ready", access=PUBLIC)
async def ready() -> ReadyResponse:
    readiness = await check_readiness()
    states: dict[str, JsonValue] = {name: "up" if is_up else "down" for name, is_up in asdict(readiness).items()}
    if readiness.missing:
        message = f"Not ready: {', '.join(readiness.missing)} down."
        raise TransportRefusal(503, Code.SERVICE_UNAVAILABLE, message, data=states)
    return ReadyResponse.model_validate(states)
