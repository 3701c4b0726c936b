"""Entity tags (RFC 9110, section 8.8.3), and the requests that depend on them (section 13).

A record's tag is its version, ``"7"``. Where a response also depends on something else, such as another
record that is expanded, a digest follows: ``"7-3f2a91c04b5d"``. What is compressed on the way has a tag of
its own, with the coding behind it: ``"7-gzip"``.
"""

import hashlib
import re
from collections.abc import Iterator
from typing import Final

from api.errors import InvalidIfMatch, InvalidIfNoneMatch
from tenant_schema.preconditions import ANY_VERSION, Versions

__all__ = ["CODINGS", "digest_tag", "etag", "known_tag", "parse_if_match", "parse_if_none_match"]

CODINGS: Final = ("gzip", "zstd")
"""The codings of contents that may stand behind a tag."""

_TAG: Final = r'(?:W/)?"[\x21\x23-\x7e]*"'
_LIST: Final = re.compile(rf"(?:,[ \t]*)*{_TAG}(?:[ \t]*,(?:[ \t]*{_TAG})?)*")
"""Empty elements are allowed, as RFC 9110, section 5.6.1.2, asks of recipients."""
_ONE: Final = re.compile(r'(W/)?"([\x21\x23-\x7e]*)"')
_VERSION: Final = re.compile(r"([1-9][0-9]{0,17})(?:-[A-Za-z0-9-]+)?")
_CODING: Final = re.compile(rf"-(?:{'|'.join(CODINGS)})\Z")


def etag(version: int) -> tuple[bytes, bytes]:
    """The ETag header of a version."""
    return (b"etag", b'"%d"' % version)


def digest_tag(body: bytes, version: int | None = None) -> tuple[bytes, bytes]:
    """The ETag header of a response with this body; with the version of the record in it, if there is one."""
    digest = hashlib.blake2b(body, digest_size=9).hexdigest().encode()
    return (b"etag", b'"%s"' % digest if version is None else b'"%d-%s"' % (version, digest))


def known_tag(header: str, tag: bytes) -> bytes | None:
    """The tag by which an If-None-Match header names ``tag`` (with its quotation marks), by weak comparison:
    the same, or that of its compressed form. None when it does not, or is no list of tags.

    >>> known_tag('"5", W/"7"', b'"7"'), known_tag('"7-gzip"', b'"7"'), known_tag("*", b'"7"')
    (b'"7"', b'"7-gzip"', b'"7"')
    """
    if header.strip() == "*":
        return tag
    wanted = tag[1:-1].decode()
    for _, opaque in _tags(header):
        if opaque == wanted or _CODING.sub("", opaque) == wanted:
            return b'"%s"' % opaque.encode()
    return None


def parse_if_match(header: str | None) -> Versions:
    """The versions that an If-Match header names; None without a header.

    Weak tags never match, nor do tags that are no versions. Raises :class:`~api.errors.InvalidIfMatch` for
    what is neither ``*`` nor a list of tags.

    >>> parse_if_match('"6", "7-gzip", W/"8", "x"') == {6, 7}
    True
    """
    if header is None:
        return None
    header = header.strip()
    if header == "*":
        return ANY_VERSION
    if _LIST.fullmatch(header) is None:
        raise InvalidIfMatch
    found = (_VERSION.fullmatch(opaque) for is_weak, opaque in _tags(header) if not is_weak)
    versions = frozenset(int(one[1]) for one in found if one is not None)
    return next(iter(versions)) if len(versions) == 1 else versions


def parse_if_none_match(header: str | None) -> bool:
    """Whether a resource may only be created, not changed: ``If-None-Match: *``.

    Raises :class:`~api.errors.InvalidIfNoneMatch` for anything else: a record that is not at some version may
    be at any other, and nobody wants to write over that.
    """
    if header is None:
        return False
    if header.strip() != "*":
        raise InvalidIfNoneMatch
    return True


def _tags(header: str) -> Iterator[tuple[bool, str]]:
    """Whether it is weak, and the opaque part, of each tag of a list."""
    header = header.strip()
    if _LIST.fullmatch(header) is not None:
        for weak, opaque in _ONE.findall(header):
            yield bool(weak), opaque
