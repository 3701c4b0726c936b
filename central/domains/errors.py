"""Errors of proving host names.

::

    CentralError
    ├── DomainNotProven(domain, expected, found)
    ├── DomainLookupFailed(domain)
    └── TooManyDomainClaims(limit)
"""

from collections.abc import Sequence

from central.errors import CentralError

__all__ = ["DomainLookupFailed", "DomainNotProven", "TooManyDomainClaims"]


class DomainNotProven(CentralError):
    """The DNS does not have the record that proves the name.

    :ivar expected: the records, of which one suffices, in words.
    :ivar found: the records that it has instead, in words.
    """

    code = "not-proven"

    def __init__(self, domain: str, expected: Sequence[str], found: Sequence[str]) -> None:
        self.domain = domain
        self.expected = tuple(expected)
        self.found = tuple(found)
        instead = "; ".join(found) if found else "no such record"
        super().__init__(f"{domain} is not proven. Expected: {' or '.join(expected)}. Found: {instead}.")


class DomainLookupFailed(CentralError):
    """The DNS gave no definite result. Looking again later may succeed."""

    code = "domain-lookup-failed"

    def __init__(self, domain: str) -> None:
        self.domain = domain
        super().__init__(
            f"The DNS servers of {domain} gave no definite result. Check that its zone is reachable, and try "
            "again in a minute."
        )


class TooManyDomainClaims(CentralError):
    """The tenant has as many unproven names as it may have."""

    code = "too-many-domain-claims"

    def __init__(self, limit: int) -> None:
        self.limit = limit
        super().__init__(
            f"A tenant may have {limit} unproven host names at a time. Prove or remove some of them first."
        )
