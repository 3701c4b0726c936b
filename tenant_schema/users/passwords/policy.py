"""Which new passwords are accepted: by their length, and if they are not common.

Follows NIST SP 800-63B: no composition rules, no expiry, all characters allowed; at least 8 characters, not
a common password and not the user's address.
"""

import string
import unicodedata

from tenant_schema.problems import Problem
from tenant_schema.users.errors import WeakPassword
from tenant_schema.users.passwords.common import COMMON_PASSWORDS

__all__ = ["MAX_BYTES", "MIN_LENGTH", "encode_password", "password_problems", "require_good_change"]

MIN_LENGTH = 8
MAX_BYTES = 1024


def encode_password(password: str) -> bytes | None:
    """Return the bytes that are hashed, in NFKC, or None if there are more than :data:`MAX_BYTES`."""
    if len(password) > MAX_BYTES:
        return None
    encoded = unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
    return encoded if len(encoded) <= MAX_BYTES else None


def password_problems(password: str, email: str, field: str = "password") -> tuple[Problem, ...]:
    """Return a problem for each rule that a new password of the user with this normalised address breaks.

    >>> [problem.code for problem in password_problems("Password", "ada@acme.example")]
    ['too-common']
    """
    if encode_password(password) is None:
        return (Problem(field, "too-long", f"A password has at most {MAX_BYTES} bytes."),)
    problems = []
    if len(password) < MIN_LENGTH:
        problems.append(Problem(field, "too-short", f"A password has at least {MIN_LENGTH} characters."))
    if _is_common(password):
        problems.append(Problem(field, "too-common", "This is one of the passwords that are tried first."))
    if _is_address(password, email):
        problems.append(Problem(field, "same-as-email", "A password is not the e-mail address."))
    return tuple(problems)


def _is_common(password: str) -> bool:
    """Whether it is listed, ignoring digits and punctuation at its end, or is one repeated character."""
    folded = unicodedata.normalize("NFKC", password).casefold()
    word = folded.rstrip(string.digits + string.punctuation)
    return folded in COMMON_PASSWORDS or word in COMMON_PASSWORDS or len(set(folded)) == 1


def _is_address(password: str, email: str) -> bool:
    folded = unicodedata.normalize("NFKC", password).casefold()
    return bool(email) and folded in {email, email.partition("@")[0]}


def require_good_change(current: str, new: str, email: str) -> None:
    """Raise :class:`WeakPassword` if the policy refuses the new password, or it is the current one."""
    problems = password_problems(new, email, "new")
    if new == current:
        problems += (Problem("new", "unchanged", "This is your current password."),)
    if problems:
        raise WeakPassword(problems)
