"""E-mail addresses: the form in which they are stored and compared, and which are accepted."""

import unicodedata

from tenant_schema.problems import Problem

__all__ = ["EMAIL_LENGTH", "email_problem", "normalise_email"]

EMAIL_LENGTH = 254


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
    """Return the problem of a normalised address, or None. Only its syntax is checked."""
    if not email:
        return Problem(field, "required", "An e-mail address is needed.")
    if len(email) > EMAIL_LENGTH:
        return Problem(field, "too-long", f"At most {EMAIL_LENGTH} characters.")
    return (
        None if _has_email_shape(email) else Problem(field, "invalid-email", "This is not an e-mail address.")
    )


def _has_email_shape(email: str) -> bool:
    local, at, domain = email.rpartition("@")
    labels = domain.split(".")
    return bool(at and local) and "@" not in local and all(labels) and _is_plain(email)


def _is_plain(text: str) -> bool:
    """Whether the text has no spaces, control characters, unassigned characters or lone surrogates."""
    return not any(unicodedata.category(character)[0] in "CZ" for character in text)
