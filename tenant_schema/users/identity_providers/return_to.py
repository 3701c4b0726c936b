"""Where a browser goes after a sign-in: a path on the same host, and nothing that could lead elsewhere."""

import re
from typing import Final
from urllib.parse import urlsplit

__all__ = ["LONGEST_PATH", "is_own_path"]

LONGEST_PATH: Final = 2_000
_CHARACTERS: Final = re.compile(r"/[A-Za-z0-9\-._~!$&'()*+,;=:@/?%\[\]#]*")
_ESCAPE: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_SUSPICIOUS: Final = re.compile(
    r"%(?:2f|5c|25|0[0-9a-f]|1[0-9a-f]|7f)|^/[/\\]|/\.{1,2}(?:/|$)", re.IGNORECASE
)


def is_own_path(text: str) -> bool:
    r"""Whether ``text`` is a path, with a query and a fragment if wanted, that every browser takes for one of
    the same host (RFC 3986, section 4.2; the URL standard treats ``\`` like ``/``).

    Refused are relative paths, ``//host``, ``/\host``, control characters, spaces and other characters that
    have to be encoded, and in the path encoded slashes, backslashes, percent signs and control characters,
    and the segments ``.`` and ``..``.

    >>> is_own_path("/deals?view=open#top"), is_own_path("//evil.example"), is_own_path("/%2f/evil.example")
    (True, False, False)
    """
    if len(text) > LONGEST_PATH or _CHARACTERS.fullmatch(text) is None or _ESCAPE.search(text):
        return False
    path = re.split(r"[?#]", text, maxsplit=1)[0]
    if "//" in path or _SUSPICIOUS.search(path) is not None:
        return False
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc
