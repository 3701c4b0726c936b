"""E-mail addresses: the form in which they are stored and compared, and which are accepted."""

import unicodedata

from tenant_schema.problems import Problem

__all__ = ["EMAIL_LENGTH", "SUPPORT_DOMAIN", "email_problem", "normalise_email"]

EMAIL_LENGTH = 254
SUPPORT_DOMAIN = "freehold.invalid"
"""The domain of the addresses of users that stand for operators. No mail reaches it (RFC 6761)."""


def normalise_email(text: str) -> str:
    """Return the form in which an address is stored and compared: stripped, case folded, NFKC.

    The function is idempotent, and its result can be stored for any text. It does not validate, see
    :func:`email_problem`.

    >>> normalise_email("  Ada@Acme.EXAMPLE ")
    'ada@acme.example'
    """
    text = text.encode("utf-8", "replace").decode()  # a lone surrogate is no character
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFD", text).casefold())
    return unicodedata.normalize("NFKC", folded.casefold()).strip()


def email_problem(email: str, field: str = "email") -> Problem | None:
    """Return the problem of a normalised address, or None: its syntax, and that it is none of an operator's
    user.
    """
    if not email:
        return Problem(field, "required", "An e-mail address is needed.")
    if len(email) > EMAIL_LENGTH:
        return Problem(field, "too-long", f"At most {EMAIL_LENGTH} characters.")
    if not _has_email_shape(email):
        return Problem(field, "invalid-email", "This is not an e-mail address.")
    if email.endswith(f"@{SUPPORT_DOMAIN}"):
        return Problem(field, "reserved-email", f"Addresses at {SUPPORT_DOMAIN} are those of operators.")
    return None


def _has_email_shape(email: str) -> bool:
    local, at, domain = email.rpartition("@")
    labels = domain.split(".")
    return bool(at and local) and "@" not in local and all(labels) and _is_plain(email)


def _is_plain(text: str) -> bool:
    """Whether the text has no spaces, control characters, unassigned characters or lone surrogates."""
    return not any(unicodedata.category(character)[0] in "CZ" for character in text)
