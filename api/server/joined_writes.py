"""JoinedWrites: the head of a response and what follows it, in one write."""

import asyncio
from typing import Final

__all__ = ["JoinedWrites"]

_HEAD: Final = b"HTTP/1.1 "


class JoinedWrites:
    """What a response writes to. Its head is held until the next write.

    uvicorn writes the head and the body of a response separately. The head is held at most until the end of
    the event loop's iteration, so that a head whose body takes time is not delayed.
    """

    __slots__ = ("_held", "_loop", "_transport")

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held = b""

    def write(self, data: bytes) -> None:
        """Write, or hold a head."""
        if self._held:
            held, self._held = self._held, b""
            self._transport.writelines((held, data))
        elif data.startswith(_HEAD):
            self._held = data
            self._loop.call_soon(self.flush)
        else:
            self._transport.write(data)

    def flush(self) -> None:
        """Write what is held."""
        if self._held:
            held, self._held = self._held, b""
            if not self._transport.is_closing():
                self._transport.write(held)

    def is_closing(self) -> bool:
        """Whether the transport is closed or being closed."""
        return self._transport.is_closing()

    def close(self) -> None:
        """Write what is held, and close the transport."""
        self.flush()
        self._transport.close()
