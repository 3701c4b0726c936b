"""Where backups are stored, as ``BACKUP_URL`` and the keys of an object store give it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

__all__ = ["FolderAddress", "S3Address", "StoreAddress", "parse_store_url"]

_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_REGION: Final = re.compile(r"[a-z0-9-]{1,40}")
_FORM: Final = (
    "it must read file:///absolute/folder or s3://bucket/prefix?endpoint=https://host:port&region=name."
)


@dataclass(frozen=True, slots=True)
class FolderAddress:
    """A folder on this machine, or one that is mounted on it."""

    folder: Path

    @property
    def url(self) -> str:
        """The address for people."""
        return f"file://{self.folder}"


@dataclass(frozen=True, slots=True)
class S3Address:
    """A bucket of an object store with the S3 protocol.

    :ivar prefix: of the names of all objects; without a slash at either end, perhaps empty.
    :ivar endpoint: the URL of the server; None for Amazon's.
    """

    bucket: str
    prefix: str = ""
    endpoint: str | None = None
    region: str = "us-east-1"
    access_key: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """The address for people, without the keys."""
        path = f"{self.bucket}/{self.prefix}" if self.prefix else self.bucket
        return f"s3://{path}" if self.endpoint is None else f"s3://{path}?endpoint={self.endpoint}"


StoreAddress = FolderAddress | S3Address
"""Where backups are stored."""


def parse_store_url(
    text: str, *, access_key: str | None = None, secret_key: str | None = None
) -> StoreAddress:
    """Return the address of a URL. Raises ValueError, without repeating a part of the URL.

    >>> parse_store_url("file:///var/backups/freehold")
    FolderAddress(folder=PosixPath('/var/backups/freehold'))
    >>> parse_store_url("s3://backups/freehold?region=eu-central-1")
    S3Address(bucket='backups', prefix='freehold', endpoint=None, region='eu-central-1')
    """
    try:
        parts = urlsplit(text)
        options = parse_qs(parts.query, strict_parsing=True) if parts.query else {}
    except ValueError:
        raise ValueError(_FORM) from None
    if parts.scheme == "file" and not parts.netloc and not options and not parts.fragment:
        return _folder(unquote(parts.path))
    if parts.scheme == "s3" and _BUCKET.fullmatch(parts.netloc) and not parts.fragment:
        return S3Address(
            parts.netloc,
            _prefix(unquote(parts.path)),
            _endpoint(options),
            _region(options),
            access_key,
            secret_key,
        )
    raise ValueError(_FORM)


def _folder(path: str) -> FolderAddress:
    if not path.startswith("/") or path.strip("/") == "" or "\0" in path:
        raise ValueError(_FORM)
    return FolderAddress(Path(path))


def _prefix(path: str) -> str:
    prefix = path.strip("/")
    if len(prefix) > 300 or any(part in ("", ".", "..") for part in prefix.split("/") if prefix):
        raise ValueError(_FORM)
    return prefix


def _endpoint(options: Mapping[str, list[str]]) -> str | None:
    if unknown := options.keys() - {"endpoint", "region"}:
        raise ValueError(f"it has unknown options ({len(unknown)}); there are endpoint and region.")
    found = options.get("endpoint")
    if found is None:
        return None
    parts = urlsplit(found[0])
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.username:
        raise ValueError("its endpoint must read https://host or https://host:port.")
    return f"{parts.scheme}://{parts.netloc}"


def _region(options: Mapping[str, list[str]]) -> str:
    found = options.get("region", ["us-east-1"])[0]
    if not _REGION.fullmatch(found):
        raise ValueError("its region is the name of one, such as eu-central-1.")
    return found
