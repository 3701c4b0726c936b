"""EnvironmentReader: reads typed values from environment variables and collects all problems.

A problem names the variable and its remedy. It never repeats a value that could be a secret.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from central.errors import InvalidDomain, InvalidOrigin
from central.hostnames import parse_base_domain
from central.origins import parse_allowed_origin
from central.retention import Retention
from central.schedules import Schedule
from central.secrets.keys import EncryptionKey, weakness
from central.settings.backups import StoreAddress, parse_store_url
from central.settings.mail import MailAddress, SmtpServer, parse_mail_address, parse_smtp_url

__all__ = ["EnvironmentReader"]

_Value = TypeVar("_Value")

_SECRETS = ("CENTRAL_DATABASE_URL", "ENCRYPTION_KEY", "OPERATOR_TOKEN", "DB_ROOT_PASSWORD", "SMTP_URL")
"""What may be in files: ``<name>_FILE`` has the path, as for secrets that are mounted into containers."""
_LONGEST_SECRET = 64 * 1024
_YES = frozenset({"1", "true", "yes", "on"})
_NO = frozenset({"0", "false", "no", "off"})
_PORT = r"(?::(?P<{}>[0-9]{{1,5}}))?"
_RESOLVER = re.compile(
    r"\[(?P<literal>[^\]]+)\]" + _PORT.format("port6") + r"|(?P<host>[^:]+)" + _PORT.format("port4")
)
_PREFIX = re.compile(r"[a-z][a-z0-9_]{0,15}")
_KEY_HELP = "generate one with `openssl rand -hex 32`"


class EnvironmentReader:
    """Each method reads one variable. For an invalid value it adds a problem and returns a harmless value."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.problems: list[str] = []
        self._environ = environ
        self._files = dict(self._from_files(environ))

    def _from_files(self, environ: Mapping[str, str]) -> Iterator[tuple[str, str]]:
        """Yield the secrets that are the contents of files, which ``<name>_FILE`` names."""
        for name in _SECRETS:
            path = environ.get(f"{name}_FILE", "").strip()
            if not path:
                continue
            if environ.get(name, "").strip():
                self.problems.append(f"{name} and {name}_FILE are both given: remove one of them.")
            try:
                yield name, _content(Path(path))
            except (OSError, ValueError) as error:
                self.problems.append(f"{name}_FILE: {path} cannot be read ({type(error).__name__}).")

    def optional(self, name: str) -> str | None:
        """Return the value without surrounding blanks; None if it is missing or empty."""
        return self._environ.get(name, "").strip() or self._files.get(name, "").strip() or None

    def url(self, name: str) -> str | None:
        """Return the URL of a service; None if it is missing."""
        value = self.optional(name)
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            self.problems.append(f"{name} must read http://host:port/path or https://host:port/path.")
        return value

    def text(self, name: str, default: str) -> str:
        """Return any text."""
        return self.optional(name) or default

    def require(self, *names: str, because: str) -> None:
        """Add a problem for each of the variables that is missing."""
        self.problems += [
            f"{name} is missing: it is needed when {because}." for name in names if not self.optional(name)
        ]

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a boolean; ``default`` if the variable is missing."""
        value = (self.optional(name) or str(int(default))).lower()
        if value not in _YES | _NO:
            self.problems.append(f"{name} is neither yes nor no: say 1 or 0.")
        return value in _YES

    def choice(self, name: str, default: str, choices: Sequence[str]) -> str:
        """Return one of the choices, ignoring case."""
        value = self.text(name, default)
        found = next((choice for choice in choices if choice.lower() == value.lower()), None)
        if found is None:
            self.problems.append(f"{name} must be one of {', '.join(choices)}.")
        return found or default

    def integer(self, name: str, default: int, *, least: int, most: int) -> int:
        """Return an integer from ``least`` to ``most``."""
        return self._bounded(name, default, least, most, int, "a whole number")

    def number(self, name: str, default: float, *, least: float, most: float) -> float:
        """Return a number from ``least`` to ``most``."""
        return self._bounded(name, default, least, most, float, "a number")

    def prefix(self, name: str, default: str) -> str:
        """Return the prefix of names in SQL."""
        value = self.text(name, default)
        if not _PREFIX.fullmatch(value):
            self.problems.append(f"{name} must be 1 to 16 characters of a-z, 0-9 and _, a letter first.")
            return default
        return value

    def domains(self, name: str, default: str) -> tuple[str, ...]:
        """Return host names in canonical form, without duplicates."""
        return tuple(dict.fromkeys(self._each(name, self.text(name, default), _base_domain)))

    def networks(self, name: str) -> tuple[IPv4Network | IPv6Network, ...]:
        """Return IP addresses and networks."""
        return tuple(self._each(name, self.text(name, ""), _network))

    def origins(self, name: str) -> tuple[str, ...]:
        """Return origins as browsers send them, without duplicates."""
        return tuple(dict.fromkeys(self._each(name, self.text(name, ""), parse_allowed_origin)))

    def servers(self, name: str) -> tuple[str, ...]:
        """Return ``host:port`` pairs; the port defaults to 3306."""
        return tuple(dict.fromkeys(self._each(name, self.text(name, ""), _server)))

    def resolvers(self, name: str) -> tuple[tuple[str, int], ...]:
        """Return addresses and ports of DNS servers; the port defaults to 53."""
        return tuple(dict.fromkeys(self._each(name, self.text(name, ""), _resolver)))

    def database_url(self, name: str, default: str) -> str:
        """Return a URL of a supported kind. Problems do not repeat the part that may contain a password."""
        url = self.text(name, default)
        scheme, _, rest = url.partition("://")
        if (
            scheme not in {"sqlite", "mysql"}
            or not rest.strip("/")
            or (scheme == "sqlite") != rest.startswith("/")
        ):
            self.problems.append(f"{name} must read sqlite:///path or mysql://user:password@host:port/name.")
        return url

    def smtp_server(self, name: str) -> SmtpServer | None:
        """Return a mail server. Problems do not repeat the URL, which may contain a password."""
        return self._parsed(name, parse_smtp_url)

    def mail_address(self, name: str) -> MailAddress | None:
        """Return an e-mail address, with or without a name to display."""
        return self._parsed(name, parse_mail_address)

    def backup_store(self, name: str, access_key: str, secret_key: str) -> StoreAddress | None:
        """Return where backups are stored. Problems do not repeat the URL."""
        access, secret = self.optional(access_key), self.optional(secret_key)
        if access or secret:
            self.require(access_key, secret_key, because=f"{access_key} or {secret_key} is given")
        return self._parsed(name, lambda text: parse_store_url(text, access_key=access, secret_key=secret))

    def schedule(self, name: str, default: str) -> Schedule:
        """Return a schedule of five fields."""
        return self._parsed(name, Schedule.parse) or Schedule.parse(default)

    def retention(self, name: str, default: str) -> Retention:
        """Return which backups are kept."""
        return self._parsed(name, Retention.parse) or Retention.parse(default)

    def token(self, name: str, *, minimum: int) -> str | None:
        """Return a secret of visible ASCII characters."""
        value = self.optional(name)
        if value is not None and not (
            minimum <= len(value) <= 200 and value.isascii() and value.isprintable()
        ):
            self.problems.append(
                f"{name} must have {minimum} to 200 visible ASCII characters: "
                "generate one with `openssl rand -hex 32`, or leave it out to have one generated."
            )
        elif value is not None and " " in value:
            self.problems.append(f"{name} must not contain blanks.")
        return value

    def encryption_keys(self, name: str, *, allow_weak: bool) -> tuple[EncryptionKey, ...]:
        """Return one or more keys in hex, separated by commas. Weak ones are a problem unless allowed."""
        value = self.optional(name)
        if value is None:
            self.problems.append(
                f"{name} is missing: {_KEY_HELP}, and keep it safe; `freehold setup` does so for local use."
            )
            return ()
        keys = [
            self._key(name, place, part.strip(), allow_weak) for place, part in enumerate(value.split(","), 1)
        ]
        found = tuple(key for key in keys if key is not None)
        if len({key.id for key in found}) < len(found):
            self.problems.append(f"{name} holds the same key twice.")
        return found

    def _key(self, name: str, place: int, text: str, allow_weak: bool) -> EncryptionKey | None:
        which = f"Key {place} of {name}"
        try:
            key = EncryptionKey.from_hex(text)
        except ValueError as error:
            self.problems.append(
                f"{which} is not usable ({error}, this has {len(text)} characters): {_KEY_HELP}."
            )
            return None
        if not allow_weak and (why := weakness(key)):
            self.problems.append(
                f"{which} is not safe, {why}: {_KEY_HELP}. (FREEHOLD_LOCAL=1 accepts it, for local use only.)"
            )
        return key

    def _parsed(self, name: str, parse: Callable[[str], _Value]) -> _Value | None:
        """Return what ``parse`` makes of the value, whose ValueErrors become problems."""
        text = self.optional(name)
        try:
            return None if text is None else parse(text)
        except ValueError as error:
            self.problems.append(f"{name}: {error}")
            return None

    def _bounded(
        self,
        name: str,
        default: _Value,
        least: _Value,
        most: _Value,
        read: Callable[[str], _Value],
        kind: str,
    ) -> _Value:
        text = self.optional(name)
        if text is None:
            return default
        try:
            value = read(text)
        except ValueError:
            value = None
        if value is None or not least <= value <= most:  # type: ignore[operator]  # int and float alone come here
            self.problems.append(f"{name} must be {kind} from {least} to {most}.")
            return default
        return value

    def _each(self, name: str, text: str, read: Callable[[str], _Value]) -> list[_Value]:
        values: list[_Value] = []
        for part in filter(None, (part.strip() for part in text.split(","))):
            try:
                values.append(read(part))
            except (ValueError, InvalidDomain, InvalidOrigin) as error:
                self.problems.append(f"{name} holds {part!r}: {error}")
        return values


def _content(path: Path) -> str:
    """Return the text of a file. Raises OSError, and ValueError if it is too long or not UTF-8."""
    with path.open("rb") as file:
        content = file.read(_LONGEST_SECRET + 1)
    if len(content) > _LONGEST_SECRET:
        raise ValueError
    return content.decode()


def _base_domain(text: str) -> str:
    return parse_base_domain(text)


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        raise ValueError("that is not an IP address or network.") from None


def _resolver(text: str) -> tuple[str, int]:
    """Return the address and port of ``192.0.2.1``, ``192.0.2.1:5353``, ``2001:db8::1`` or ``[…]:5353``."""
    match = _RESOLVER.fullmatch(text)  # None for an IPv6 address without brackets
    host = text if match is None else match["literal"] or match["host"]
    port = None if match is None else match["port6"] or match["port4"]
    try:
        address, number = str(ip_address(host)), int(port or 53)
    except ValueError:
        raise ValueError("that is not an IP address, with or without a port.") from None
    if not 1 <= number <= 65535:
        raise ValueError("its port is not from 1 to 65535.")
    return address, number


def _server(text: str) -> str:
    host, _, port = text.partition(":")
    if not host or not (port or "3306").isdecimal() or not 1 <= int(port or 3306) <= 65535:
        raise ValueError("that is not host or host:port.")
    return f"{host}:{int(port or 3306)}"
