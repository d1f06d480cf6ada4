"""A user name and a password, or a phone: whose are they?"""

import hashlib
import hmac

from kernel.auth.lockout import limit_guesses, unlock
from kernel.auth.login_log import recording
from kernel.auth.passwords import NewPassword, verify_password
from kernel.auth.sessions import end_all_sessions
from kernel.errors.codes import Code
from kernel.errors.refusals import Refusal
from kernel.identity.models import EndReason, SecurityEvent, User
from kernel.schema.types import Status
from kernel.settings import settings
from kernel.unit_of_work.transaction import transaction


async def check_credentials(user_name: str, password: str) -> User:
    """The user of this name, if this is the password.

    Raises Refusal 2401, the same and after the same work for an unknown name; 2408 while the name is locked;
    TransportRefusal 503 if too many sign in at once.
    """
    async with limit_guesses(user_name):
        user = await User.get_or_none(user_name=user_name)
        stand_in = await _hash_of_stand_in(user_name)  # asked for known names too
        is_right = await verify_password(password, user.password_hash if user else stand_in)
        if user is None or not is_right:
            raise Refusal(Code.WRONG_CREDENTIALS)
        return user


async def confirm_password(user_id: int, password: str) -> User:
    """The user, who is signed in and has given the password once more. Raises what `check_credentials` does, 2405 for 2401."""
    user = await User.get(id=user_id)
    async with limit_guesses(user.user_name):
        if not await verify_password(password, user.password_hash):
            raise Refusal(Code.OLD_PASSWORD_WRONG)
        return user


async def change_own_password(user_id: int, old: str, new: str) -> None:
    """Give the user, who knows the old one, another password, and end all of their sessions. Not within a transaction.

    Raises what `confirm_password` does, Refusal 2409 for a weak one, and 2306.
    """
    async with recording(SecurityEvent.PASSWORD_CHANGE, user_id=user_id):
        user = await confirm_password(user_id, old)
        chosen = await NewPassword.chosen(new, user_name=user.user_name, former=old)
        async with transaction(__name__):
            await replace_password(user, chosen)


async def replace_password(user: User, new: NewPassword, *, must_change: bool = False) -> None:
    """Within a transaction: give the user another password, end all of their sessions, and free the name if it is locked.

    Raises Refusal 2306 if it is not the one any more that `user` was read with.
    """
    locked = await User.for_update(user.id)
    if locked.password_hash != user.password_hash:
        raise Refusal(Code.CONFLICT)
    locked.password_hash, locked.must_change_password = new.hash, must_change
    await locked.save(update_fields=["password_hash", "must_change_password"])
    await end_all_sessions([user.id], EndReason.PASSWORD_CHANGED)
    await unlock(user.user_name)


async def owner_of_phone(phone: str) -> User:
    """The user with this phone, for who has shown that it is theirs. Raises Refusal 2404 for nobody, 2102 for a disabled one."""
    user = await User.get_or_none(user_phone=phone)
    if user is None:
        raise Refusal(Code.PHONE_NOT_REGISTERED)
    if user.status_type != Status.ENABLED:
        raise Refusal(Code.ACCOUNT_DISABLED)
    return user


async def _hash_of_stand_in(user_name: str) -> str | None:
    """The hash that an unknown name's password is verified against, in vain: somebody's, always the same one's.

    So unknown names cost what known ones do, in the same proportion, while some hashes still wait for renewal to a
    higher cost. Who it is hangs on a key, or the names next to one another would tell where a user stands among them.
    """
    key, name = settings().signing_key.encode(), user_name.encode()
    place = int.from_bytes(hmac.digest(key, b"stand-in:" + name, hashlib.sha256)[:6]) / 2**48
    newest = await User.all().order_by("-id").first()
    somebody = newest and await User.filter(id__gte=round(place * newest.id)).order_by("id").first()
    return somebody.password_hash if somebody else None
