"""DomainLookup: looks for the DNS records that prove a host name."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from central.tables import DomainProof

if TYPE_CHECKING:
    from dns.asyncresolver import Resolver

__all__ = ["CHALLENGE_LABEL", "DomainLookup", "Finding", "challenge_name"]

CHALLENGE_LABEL: Final = "_freehold"
"""The TXT record that proves a name is that of the name below this label."""

_MOST_FOUND: Final = 10
_LONGEST_FOUND: Final = 255


def challenge_name(domain: str) -> str:
    """Return the name of the TXT record that proves the domain.

    >>> challenge_name("shop.customer.example")
    '_freehold.shop.customer.example'
    """
    return f"{CHALLENGE_LABEL}.{domain}"


@dataclass(frozen=True, slots=True)
class Finding:
    """What the DNS says about a host name.

    :ivar proof: the kind of record that proves it; None if there is none.
    :ivar found: the records that there are, in words; at most 10, of at most 255 characters.
    :ivar is_certain: whether the DNS gave a definite result. Without one nothing is known.
    """

    proof: DomainProof | None
    found: tuple[str, ...] = ()
    is_certain: bool = True


class DomainLookup:
    """Asks the system's resolvers, or others.

    :param resolvers: addresses and ports of resolvers; empty for those of the system.
    :param seconds: how long one lookup may take, with its repetitions.
    :param parallel: how many names are looked up at the same time.
    """

    def __init__(
        self, resolvers: Sequence[tuple[str, int]] = (), *, seconds: float = 5.0, parallel: int = 8
    ) -> None:
        self._resolvers = tuple(resolvers)
        self._seconds = seconds
        self._parallel = asyncio.Semaphore(parallel)
        self._resolver: Resolver | None = None

    async def find(self, domain: str, token: str, targets: Collection[str]) -> Finding:
        """Look up the domain's challenge, and where the domain points to.

        It is proven by a TXT record of :func:`challenge_name` with ``token``, or by a CNAME record of the
        domain itself (RFC 1034, section 3.6.2) that leads to one of ``targets``.
        """
        async with self._parallel:
            texts, is_texts_certain = await self._texts(challenge_name(domain))
            if token in texts:
                return Finding(DomainProof.TXT)
            aliases, is_alias_certain = await self._aliases(domain)
        if any(alias in targets for alias in aliases):
            return Finding(DomainProof.CNAME)
        found = [f'TXT "{text}" at {challenge_name(domain)}' for text in texts]
        found += [f"CNAME {alias}" for alias in aliases]
        short = tuple(one[:_LONGEST_FOUND] for one in found[:_MOST_FOUND])
        return Finding(None, short, is_certain=is_texts_certain and is_alias_certain)

    async def _texts(self, name: str) -> tuple[list[str], bool]:
        records, is_certain = await self._records(name, "TXT")
        return [b"".join(one.strings).decode("utf-8", "replace") for one in records], is_certain

    async def _aliases(self, name: str) -> tuple[list[str], bool]:
        records, is_certain = await self._records(name, "CNAME")
        return [str(one.target).removesuffix(".").lower() for one in records], is_certain

    async def _records(self, name: str, kind: str) -> tuple[Sequence[Any], bool]:
        """Return the records, and whether there are certainly no others."""
        # Not at the top: only processes that look something up load it.
        from dns import exception, resolver  # noqa: PLC0415

        try:
            found = await self._opened().resolve(f"{name}.", kind, lifetime=self._seconds)
        except (resolver.NXDOMAIN, resolver.NoAnswer):
            return [], True
        except (exception.DNSException, OSError):  # refused, no server, too late, not a valid response
            return [], False
        return list(found), True

    def _opened(self) -> "Resolver":
        if self._resolver is None:
            from dns import asyncresolver, nameserver  # noqa: PLC0415 # see above

            self._resolver = asyncresolver.Resolver(configure=not self._resolvers)
            if self._resolvers:
                self._resolver.nameservers = [
                    nameserver.Do53Nameserver(address, port) for address, port in self._resolvers
                ]
        return self._resolver
