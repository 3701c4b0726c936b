"""The methods of an address, as its Allow header names them."""

from collections.abc import Iterable

__all__ = ["allowed"]


def allowed(methods: Iterable[str]) -> bytes:
    """The value of an Allow header: HEAD goes with GET.

    >>> allowed(["POST", "GET"])
    b'GET, HEAD, POST'
    """
    given = {one.strip() for one in methods}
    return ", ".join(sorted(given | {"HEAD"} if "GET" in given else given)).encode()
