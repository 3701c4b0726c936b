"""The body of an error response (RFC 9457)."""

from datetime import datetime
from typing import Any

import msgspec

__all__ = ["FieldProblem", "LimitProblem", "ProblemDocument"]


class FieldProblem(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """One error of a field, query parameter or header.

    ``in_trash``: the conflicting record is in the trash; ``record`` is its id, for callers that may restore
    it.
    """

    field: str
    code: str
    message: str
    did_you_mean: str | None = None
    in_trash: bool = False
    record: str | None = None


class LimitProblem(msgspec.Struct, frozen=True, rename="camel"):
    """A limit that was reached, what it allows, and what is used.

    ``until`` is the time from which the request may be sent again; None as long as nothing is removed.
    """

    name: str
    most: int
    used: int
    until: datetime | None


class ProblemDocument(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """The body of an error response.

    ``errors_left_out`` is the number of further problems; ``current`` is the present record or definition in
    a 412; ``records`` are those that prevent a change of definitions: their number and the first ids. If a
    second factor is missing, ``factors`` are those that complete the sign-in, with ``challenge`` for a
    passkey; ``enrol`` if the user has to add one. ``limit`` is the limit of the tenant's plan that was
    reached.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: list[FieldProblem]
    errors_left_out: int = 0
    current: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    records: dict[str, Any] | msgspec.UnsetType = msgspec.UNSET
    factors: list[str] | msgspec.UnsetType = msgspec.UNSET
    challenge: str | msgspec.UnsetType = msgspec.UNSET
    enrol: bool | msgspec.UnsetType = msgspec.UNSET
    limit: LimitProblem | msgspec.UnsetType = msgspec.UNSET
