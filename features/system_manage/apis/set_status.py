"""Switch a use case off or on, for all but super administrators."""

from features.system_manage.api_records import why_always_on
from kernel import Code, Refusal, Request, SqidId, Status, Updated, patch
from kernel.identity.changes import grants_changed
from kernel.identity.models import Api


class SetApiStatusRequest(Request):
    status_type: Status


@patch("/{api_id}/status")
async def set_api_status(api_id: SqidId[Api], request: SetApiStatusRequest) -> Updated[Api]:
    """It answers 2200 while it is off.

    Signing in and these use cases are never switched off, by nobody, as all others depend on them (2307); nor is what is
    open to anyone, who is asked nothing.
    """
    await grants_changed()
    api = await Api.for_update(api_id)
    if request.status_type is Status.DISABLED and (reason := why_always_on(api.route_key)):
        raise Refusal(Code.IN_USE, f"{api.route_key} cannot be switched off: {reason}.")
    api.status_type = request.status_type
    await api.save(update_fields=["status_type"])
    return Updated(updated_id=api_id)
