"""Unfinished multipart uploads of a bucket: what killed processes have left of large uploads.

The object store's client cannot list them, so these two requests are signed here (AWS Signature Version 4,
https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html).
"""

import hashlib
import hmac
import html
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

import httpcore2  # which is imported when it is used: see central.backups

from central.backups.errors import StoreUnavailable
from central.settings.backups import S3Address

__all__ = ["abort_unfinished"]

_EMPTY: Final = hashlib.sha256(b"").hexdigest()
_MOST: Final = 1_000
_UPLOAD: Final = re.compile(r"<Upload>(.*?)</Upload>", re.DOTALL)
_LONGEST: Final = 4 * 1024 * 1024


async def abort_unfinished(address: S3Address, before: datetime, patience: float, name: str = "") -> int:
    """Remove the parts of uploads that were begun before this time. Returns of how many, at most 1,000.

    :param name: what the names of their objects begin with.

    Does nothing without own keys: those of a machine's role are known to the client only. Raises
    :class:`~central.backups.errors.StoreUnavailable`.
    """
    if address.access_key is None:
        return 0
    async with httpcore2.AsyncConnectionPool(retries=1) as pool:
        listed = {"uploads": "", "max-uploads": str(_MOST)}
        if address.prefix or name:
            listed["prefix"] = f"{address.prefix}/{name}" if address.prefix else name
        text = await _send(pool, address, "GET", "", listed, patience)
        count = 0
        for upload in _UPLOAD.findall(text):
            key, id_, begun = (_member(upload, name) for name in ("Key", "UploadId", "Initiated"))
            if key and id_ and begun and datetime.fromisoformat(begun) < before:
                await _send(pool, address, "DELETE", key, {"uploadId": id_}, patience)
                count += 1
    return count


def _member(xml: str, name: str) -> str:
    found = re.search(rf"<{name}>(.*?)</{name}>", xml, re.DOTALL)
    return "" if found is None else html.unescape(found[1])


async def _send(
    pool: "httpcore2.AsyncConnectionPool",
    address: S3Address,
    method: str,
    key: str,
    query: Mapping[str, str],
    patience: float,
) -> str:
    endpoint = address.endpoint or f"https://s3.{address.region}.amazonaws.com"
    path = quote(f"/{address.bucket}/{key}".rstrip("/"))
    encoded = urlencode(sorted(query.items()), quote_via=quote, safe="-_.~")
    headers = _signed(address, method, urlsplit(endpoint).netloc, path, encoded, datetime.now(UTC))
    limits = dict.fromkeys(("connect", "read", "write", "pool"), patience)
    try:
        response = await pool.request(
            method,
            f"{endpoint}{path}?{encoded}",
            headers=list(headers.items()),
            extensions={"timeout": limits},
        )
    except (httpcore2.NetworkError, httpcore2.TimeoutException, httpcore2.ProtocolError) as error:
        raise StoreUnavailable("The backup store did not respond in time.") from error
    if response.status >= 300:
        raise StoreUnavailable(f"The backup store responded with {response.status} to a list of uploads.")
    return response.content[:_LONGEST].decode(errors="replace")


def _signed(
    address: S3Address, method: str, host: str, path: str, query: str, now: datetime
) -> dict[str, str]:
    """Return the headers of a request without a body."""
    moment, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
    headers = {"host": host, "x-amz-content-sha256": _EMPTY, "x-amz-date": moment}
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    canonical = f"{method}\n{path}\n{query}\n{lines}\n{names}\n{_EMPTY}"
    scope = f"{day}/{address.region}/s3/aws4_request"
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    to_sign = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{digest}"
    key = f"AWS4{address.secret_key}".encode()
    for part in (day, address.region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, to_sign.encode(), hashlib.sha256).hexdigest()
    credential = f"Credential={address.access_key}/{scope}"
    return {
        **headers,
        "authorization": f"AWS4-HMAC-SHA256 {credential}, SignedHeaders={names}, Signature={signature}",
    }
