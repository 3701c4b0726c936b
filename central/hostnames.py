"""Host names: the grammar of the Host header, and the names that a tenant may have.

The canonical form of a name, in the registry and in every cache, is lower case, in A-labels, without port and
without trailing dot. Malformed names are refused before any lookup.
"""

import re
from collections.abc import Sequence
from ipaddress import AddressValueError, IPv4Address, IPv6Address

import idna

from central.errors import InvalidDomain, InvalidHost, InvalidSlug, ReservedSlug
from central.slugs import parse_slug

__all__ = [
    "MAX_NAME",
    "parse_base_domain",
    "parse_domain",
    "parse_host",
    "parse_tenant_domain",
    "tenant_label",
]

MAX_NAME = 253

_LONGEST_HEADER = 4 * MAX_NAME + len(
    ".:65535"
)  # a name in UTF-8 is longer than in A-labels, though never so much

_HEADER = re.compile(r"(?:\[(?P<literal>[0-9A-Fa-f:.]+)\]|(?P<name>[^\[\]:]+))(?::(?P<port>[0-9]{1,5}))?")
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_NUMERIC = re.compile(r"[0-9]+|0x[0-9a-f]*")


def parse_host(header: str | bytes) -> str:
    """Return the canonical host name of a Host header.

    ``ACME.Example.com.:8000`` becomes ``acme.example.com``. An IP address is returned as canonical text,
    without brackets. Raises :class:`~central.errors.InvalidHost`, and nothing else, for anything that is not
    a host: blanks, underscores, control characters, dots other than ``.``, look-alikes of ASCII letters, a
    port out of range.
    """
    if len(header) > _LONGEST_HEADER:
        raise InvalidHost
    match = _HEADER.fullmatch(_text(header))
    if match is None or int(match["port"] or 1) not in range(1, 65536):
        raise InvalidHost
    try:
        return str(IPv6Address(match["literal"])) if match["literal"] else _name(match["name"])
    except (AddressValueError, _NotAName):
        raise InvalidHost from None


def parse_domain(text: str) -> str:
    """Return the canonical form of a full host name: at least two labels, no port, no IP address.

    Raises :class:`~central.errors.InvalidDomain`.
    """
    name = parse_base_domain(text)
    if "." not in name:
        raise InvalidDomain(text, "A domain has at least two labels, such as www.example.com.")
    return name


def parse_base_domain(text: str) -> str:
    """Like :func:`parse_domain`, but one label is enough (``localhost``)."""
    try:
        name = _name(text.strip()) if len(text) <= _LONGEST_HEADER else None
    except _NotAName:
        name = None
    if name is None or _NUMERIC.fullmatch(name.rpartition(".")[2]) or not _is_valid_idna(name):
        raise InvalidDomain(text[:MAX_NAME], "That is not a host name.")
    return name


def parse_tenant_domain(text: str, base_domains: Sequence[str]) -> str:
    """Return the canonical domain of a tenant for a label under the first base domain or a full name.

    >>> parse_tenant_domain("acme", ["example.com", "localhost"])
    'acme.example.com'
    >>> parse_tenant_domain("acme.localhost", ["example.com", "localhost"])
    'acme.localhost'
    >>> parse_tenant_domain("crm.acme.org", ["example.com", "localhost"])
    'crm.acme.org'

    A name under a base domain has exactly one more label (as covered by a wildcard certificate), which
    follows the grammar of slugs and must not be reserved. A base domain, or a parent of one, cannot be
    assigned. Raises :class:`~central.errors.InvalidDomain`.
    """
    name = parse_domain(f"{text}.{base_domains[0]}" if _is_single_label(text) else text)
    if any(name == base or base.endswith(f".{name}") for base in base_domains):
        raise InvalidDomain(text, f"{name} belongs to the platform.")
    label = tenant_label(name, base_domains)
    if label is not None:
        _check_label(text, label)
    return name


def tenant_label(name: str, base_domains: Sequence[str]) -> str | None:
    """Return the part before the longest base domain that ``name`` is under; None if it is under none."""
    under = [base for base in base_domains if name.endswith(f".{base}")]
    return name[: -len(max(under, key=len)) - 1] if under else None


def _check_label(text: str, label: str) -> None:
    if "." in label:
        raise InvalidDomain(text, "A name under a base domain is one label deep.")
    try:
        parse_slug(label)
    except (InvalidSlug, ReservedSlug) as error:
        raise InvalidDomain(text, str(error)) from None


class _NotAName(Exception):
    """The text is not a host name."""


def _text(header: str | bytes) -> str:
    try:
        return header if isinstance(header, str) else header.decode("utf-8")
    except UnicodeDecodeError:
        raise InvalidHost from None


def _is_single_label(text: str) -> bool:
    return "." not in text.strip()


def _name(text: str) -> str:
    """Return the canonical form of a name or an IPv4 address."""
    text = text.removesuffix(".")
    name = text.lower() if text.isascii() else ".".join(map(_label, text.split(".")))
    if len(name) > MAX_NAME or not _NAME.fullmatch(name):
        raise _NotAName
    # A name that ends in a number is an IPv4 address or invalid, as in browsers.
    # https://url.spec.whatwg.org/#ends-in-a-number-checker
    return _ipv4(name) if _NUMERIC.fullmatch(name.rpartition(".")[2]) else name


def _ipv4(text: str) -> str:
    try:
        return str(IPv4Address(text))
    except AddressValueError:
        raise _NotAName from None


def _label(text: str) -> str:
    """Return one label in lower case, as an A-label.

    Refuses labels that are not ASCII but map to it (full width letters, the Kelvin sign) or to several
    labels, so that no name can be written in look-alikes.
    """
    if text.isascii():
        return text.lower()
    try:
        mapped = idna.uts46_remap(text, std3_rules=True, transitional=False)
        if mapped.isascii() or "." in mapped:
            raise _NotAName
        return idna.alabel(mapped).decode("ascii")
    except (UnicodeError, ValueError, IndexError):
        raise _NotAName from None


def _is_valid_idna(name: str) -> bool:
    try:
        return all(idna.ulabel(label) for label in name.split(".") if label.startswith("xn--"))
    except UnicodeError:
        return False
