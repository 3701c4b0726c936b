"""Files in multipart/form-data: they are written to disk as they arrive, up to a limit."""

import asyncio
import hashlib
import io
import os
import re
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Final, cast

from litestar.types import HTTPScope, Receive
from multipart import (  # type: ignore[import-untyped]  # it has types and does not say so
    MultipartError,
    MultipartSegment,
    PushMultipartParser,
    parse_options_header,
)

from api.errors import (
    BodyTooLarge,
    BodyTooSlow,
    ClientGone,
    InvalidBody,
    MalformedMultipart,
    UnsupportedMediaType,
    UploadNotStored,
)
from api.requests.bodies import require_length, require_plain
from api.requests.request import ApiRequest
from tenant_schema.problems import Problem, suggestion

__all__ = ["Upload", "boundary_of", "is_upload", "object_of", "received_file", "taken_in"]

_FORM: Final = "multipart/form-data"
_RECORDS: Final = "/api/v1/data/"
_IMPORT: Final = re.compile(f"{_RECORDS}([^/]+)/imports?/?")
"""Litestar routes a path with a slash at its end like one without."""
_LONGEST_TEXT: Final = 256 * 1024
"""The maximum number of bytes of all parts except the file."""
_OPEN_FILES: Final = Path("/proc/self/fd")


@dataclass(slots=True)
class Upload:
    """A file, and the other parts of the form. ``digest`` identifies the content, independently of the
    boundary. ``name`` is what the client calls the file.
    """

    file: io.BufferedRandom
    name: str = ""
    texts: dict[str, bytes] = field(default_factory=dict)
    digest: bytes = b""


def is_upload(scope: HTTPScope) -> bool:
    """Whether the route takes a file instead of JSON."""
    return scope["method"] == "POST" and _IMPORT.fullmatch(scope["path"]) is not None


def object_of(scope: HTTPScope) -> str:
    """The name of the object that an upload is for."""
    found = _IMPORT.fullmatch(scope["path"])
    assert found is not None, "an upload"
    return found[1]


def boundary_of(content_type: str) -> str:
    """Return the boundary of a form's parts.

    Raises :class:`~api.errors.UnsupportedMediaType` and :class:`~api.errors.MalformedMultipart`.
    """
    media_type, options = parse_options_header(content_type)
    if media_type != _FORM:
        raise UnsupportedMediaType(content_type, _FORM)
    if not options.get("boundary"):
        raise MalformedMultipart
    return cast("str", options["boundary"])


@asynccontextmanager
async def taken_in(
    receive: Receive, boundary: str, limit: int, seconds: float, texts: tuple[str, ...]
) -> AsyncIterator[Upload]:
    """The upload, on the disk until the block ends. It has one part ``file``; other parts may be ``texts``.

    Raises as :func:`api.requests.bodies.read_body`, and :class:`~api.errors.MalformedMultipart` and
    :class:`~api.errors.InvalidBody`.
    """
    with tempfile.TemporaryFile() as file:
        form = _Form(Upload(file), texts)
        try:
            with PushMultipartParser(boundary) as parser:
                async with asyncio.timeout(seconds):
                    await _read(receive, parser, form, limit)
        except MultipartError as error:
            raise MalformedMultipart from error
        except TimeoutError:
            raise BodyTooSlow from None
        except OSError as error:
            raise _not_stored(file.fileno()) from error
        yield form.finished()


@asynccontextmanager
async def received_file(
    request: ApiRequest, media_type: str, limit: int, seconds: float
) -> AsyncIterator[Path]:
    """The body of a request as a file, which is gone at the end of the block, and with this process.

    Raises as :func:`api.requests.bodies.read_body`, and :class:`~api.errors.UnsupportedMediaType`.

    :param limit: bytes that are received at most. :param seconds: in which all of it must arrive.
    """
    given = request.header(b"content-type") or ""
    if given.partition(";")[0].strip().lower() != media_type:
        raise UnsupportedMediaType(given, media_type)
    require_plain((request.header(b"content-encoding") or "").encode())
    require_length(request.header(b"content-length"), limit)
    with _unnamed_file() as (file, path):
        received = 0
        try:
            async with asyncio.timeout(seconds):
                async for chunk in _chunks(request.receive):
                    received += len(chunk)
                    if received > limit:
                        raise BodyTooLarge(limit)
                    file.write(chunk)
                file.flush()
        except TimeoutError:
            raise BodyTooSlow from None
        except OSError as error:
            raise _not_stored(file.fileno()) from error
        yield path


@contextmanager
def _unnamed_file() -> Iterator[tuple[IO[bytes], Path]]:
    """A temporary file, and a path under which this process can open it again.

    Where the system lists open files (https://man7.org/linux/man-pages/man5/proc_pid_fd.5.html) it has no
    other name: nothing is left if the process is killed.
    """
    if _OPEN_FILES.is_dir():
        with tempfile.TemporaryFile() as file:
            yield file, _OPEN_FILES / str(file.fileno())
    else:
        with tempfile.NamedTemporaryFile() as named:
            yield named, Path(named.name)


def _not_stored(file: int) -> UploadNotStored:
    """Empty the file, since closing it writes what is left in its buffer, and needs room for that."""
    os.ftruncate(file, 0)
    return UploadNotStored()


async def _chunks(receive: Receive) -> AsyncIterator[bytes]:
    more = True
    while more:
        message: Any = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        yield message.get("body", b"")
        more = message.get("more_body", False)


async def _read(receive: Receive, parser: PushMultipartParser, form: "_Form", limit: int) -> None:
    received = 0
    async for chunk in _chunks(receive):
        received += len(chunk)
        if received > limit:
            raise BodyTooLarge(limit)
        if chunk and not parser.closed:
            for event in parser.parse(chunk):
                form.take(event)


class _Form:
    """Collects the parts of a form, and unknown or repeated ones."""

    def __init__(self, upload: Upload, texts: tuple[str, ...]) -> None:
        self.upload = upload
        self._texts = texts
        self._has_file = False
        self._part: str | None = None
        self._problems: dict[str, Problem] = {}
        self._length = 0
        self._digest = hashlib.sha256()

    def take(self, event: MultipartSegment | bytes | bytearray | None) -> None:
        if isinstance(event, MultipartSegment):
            self._begin(event.name or "")
            if self._part == "file":
                self.upload.name = (event.filename or "")[:255]
            self._digest.update(f"\0{event.name}\0".encode())
            return
        if event is None:
            self._part = None
            return
        self._digest.update(event)
        if self._part == "file":
            self.upload.file.write(event)
        elif self._part is not None:
            self._length += len(event)
            if self._length > _LONGEST_TEXT:
                raise BodyTooLarge(_LONGEST_TEXT)
            self.upload.texts[self._part] += bytes(event)

    def _begin(self, name: str) -> None:
        self._part = None
        known = ("file", *self._texts)
        if name not in known:
            near = suggestion(name[:64], known)
            self._complain(name, "unknown-field", "There is no such part.", near)
        elif name in self.upload.texts or (name == "file" and self._has_file):
            self._complain(name, "repeated", "Is given more than once.")
        else:
            self._part = name
            if name == "file":
                self._has_file = True
            else:
                self.upload.texts[name] = b""

    def _complain(self, name: str, code: str, message: str, near: str | None = None) -> None:
        if len(self._problems) < 50:
            self._problems.setdefault(name, Problem(name[:200], code, message, near))

    def finished(self) -> Upload:
        if not self._has_file:
            self._complain("file", "required", "Must be given.")
        if self._problems:
            raise InvalidBody(list(self._problems.values()))
        self.upload.file.seek(0)
        self.upload.digest = self._digest.digest()
        return self.upload
