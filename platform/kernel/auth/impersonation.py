"""A super administrator in the name of another user."""

from kernel.auth.login_log import recording
from kernel.auth.sessions import end_session, open_session
from kernel.auth.tokens import TokenPair
from kernel.context import Actor
from kernel.errors.codes import Code
from kernel.errors.refusals import Refusal
from kernel.identity.models import SUPER_ROLE, EndReason, SecurityEvent, Session, User
from kernel.unit_of_work.transaction import transaction


async def begin_impersonation(user_id: int, *, by: Actor) -> TokenPair:
    """Tokens of the user, which name the super administrator. Not within a transaction.

    Raises Refusal 2406 for nobody, 2206 for another super administrator, 2102 for a disabled account.
    """
    async with recording(SecurityEvent.IMPERSONATION, user_id=user_id):
        user = await User.get_or_none(id=user_id).prefetch_related("roles")
        if user is None:
            raise Refusal(Code.TARGET_USER_NOT_FOUND)
        if any(role.role_code == SUPER_ROLE for role in user.roles):
            raise Refusal(Code.SUPER_ADMIN_ONLY, f"{user.user_name} is a super administrator, and acts for themselves.")
        return await open_session(user, impersonator_id=by.user_id)


async def end_impersonation(actor: Actor) -> TokenPair:
    """A fresh session of the impersonator; that of the impersonation is over. Not within a transaction.

    Raises Refusal 2407 if the actor impersonates nobody, 2106 if it is over.
    """
    async with recording(SecurityEvent.IMPERSONATION_END, user_id=actor.user_id):
        if actor.impersonator_id is None:
            raise Refusal(Code.STATE_TRANSITION_INVALID, "You act for nobody but yourself.")
        async with transaction(__name__):
            session = await Session.get(family=actor.session)
            if not await end_session(session, EndReason.IMPERSONATION_ENDED):  # of several at once one comes back
                raise Refusal(Code.SESSION_INVALIDATED)
            return await open_session(await User.get(id=actor.impersonator_id))
