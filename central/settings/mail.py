"""The mail server and the sender of mails, as ``SMTP_URL``, ``MAIL_FROM`` and ``MAIL_REPLY_TO`` give them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import getaddresses
from typing import Final, Literal
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

__all__ = ["Encryption", "MailAddress", "MailDelivery", "SmtpServer", "parse_mail_address", "parse_smtp_url"]

Encryption = Literal["starttls", "tls", "none"]
MailDelivery = Literal["mail", "file", "none"]
"""What becomes of a mail: it is sent, written to a file (in local mode without a server), or neither."""

_PORTS: Final[Mapping[str, int]] = {"smtp": 587, "smtps": 465}
_ADDRESS: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_FORM: Final = "it must read smtp://user:password@host:587?starttls=required or smtps://user:password@host"


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """The server that mails are given to. Without a ``username``, there is no authentication.

    ``encryption`` is ``starttls`` (RFC 3207, required), ``tls`` from the first byte (RFC 8314), or ``none``.
    """

    host: str
    port: int
    encryption: Encryption = "starttls"
    username: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class MailAddress:
    """An address with the name that mail programs display, which may be empty."""

    address: str
    name: str = ""


def parse_smtp_url(text: str) -> SmtpServer:
    """Return the server of a URL. The port defaults to 587, for ``smtps`` to 465.

    User and password are percent-encoded. Raises ValueError, without repeating a part of the URL.

    >>> parse_smtp_url("smtp://freehold:secret@mail.example.com")
    SmtpServer(host='mail.example.com', port=587, encryption='starttls', username='freehold')
    """
    try:
        parts = urlsplit(text)
        default_port = _PORTS[parts.scheme]
        port = parts.port or default_port
    except (ValueError, KeyError):
        raise ValueError(f"{_FORM}.") from None
    if not parts.hostname or parts.path not in ("", "/") or parts.fragment:
        raise ValueError(f"{_FORM}.")
    encryption = _encryption(parts)
    if parts.username is None:
        return SmtpServer(parts.hostname, port, encryption)
    if parts.password is None:
        raise ValueError("it has a user and no password.")
    return SmtpServer(parts.hostname, port, encryption, unquote(parts.username), unquote(parts.password))


def _encryption(parts: SplitResult) -> Encryption:
    try:
        options = parse_qs(parts.query, keep_blank_values=True, strict_parsing=True) if parts.query else {}
    except ValueError:
        raise ValueError(f"{_FORM}.") from None
    given = options.pop("starttls", ["required"])
    if options or given not in (["required"], ["off"]) or (parts.scheme == "smtps" and parts.query):
        raise ValueError("its only option is starttls, required or off, for smtp://.")
    if parts.scheme == "smtps":
        return "tls"
    return "starttls" if given == ["required"] else "none"


def parse_mail_address(text: str) -> MailAddress:
    """Return the address of ``Name <address>`` or ``address``. Raises ValueError for anything else.

    >>> parse_mail_address("Freehold <no-reply@example.com>")
    MailAddress(address='no-reply@example.com', name='Freehold')
    """
    found = getaddresses([text])
    name, address = found[0] if len(found) == 1 else ("", "")
    if not _ADDRESS.fullmatch(address) or not name.isprintable():
        raise ValueError("it must read address@example.com or Name <address@example.com>.")
    return MailAddress(address, name)
