"""Limits: what a plan lets a tenant use."""

import msgspec

__all__ = ["Limits"]


class Limits(msgspec.Struct, frozen=True):
    """The limits of a plan. None is no limit.

    :ivar plan: the plan's name.
    :ivar requests_per_second: of all requests to the tenant's hosts, except files of the workspace.
    :ivar burst: how many requests may follow each other at once; the rate if the plan does not say.
    :ivar concurrent_requests: how many may be under way.
    :ivar rows: records of all objects, without those in the trash.
    :ivar storage_bytes: the size of the database, with its indexes.
    :ivar users: active persons, invited ones included.
    :ivar objects: objects, standard ones included.
    """

    plan: str
    requests_per_second: int | None = None
    burst: int | None = None
    concurrent_requests: int | None = None
    rows: int | None = None
    storage_bytes: int | None = None
    users: int | None = None
    objects: int | None = None
