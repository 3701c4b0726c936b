"""Renders a mail: its subject, its text and its HTML, with the tenant's name and the link of its host.

Names are chosen by users and stand beside links, so they are one line of bounded length, and one that looks
like a link of its own is left out. So are other values, such as the User-Agent of somebody who has got hold
of a password.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from api.mail.texts import ENGLISH, Catalogue, catalogue_of
from api.one_time_links import link_url
from tenant_schema.users.mails import MailRequest

__all__ = ["RenderedMail", "Sender", "one_line", "render", "render_central"]

_LONGEST: Final = 100
_LONGEST_VALUE: Final = 254
_TIMES: Final = frozenset({"at"})
_OF_OPERATORS: Final = frozenset({"operator", "reason"})
_LEFT_OUT: Final = "…"


@dataclass(frozen=True, slots=True)
class Sender:
    """The tenant that a mail is from. ``site`` is scheme, host and port of its primary domain.

    ``language`` is that of users who have set none, ``time_zone`` the one in which times are given.
    """

    name: str
    host: str
    site: str
    language: str = ""
    time_zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """The content of a mail. ``url`` is that of its one-time link, or empty."""

    language: str
    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)
    url: str = field(repr=False)


def render(mail: MailRequest, sender: Sender) -> RenderedMail:
    """Return the content of a mail, in the recipient's language, the tenant's, or in English."""
    catalogue = catalogue_of(mail.to.language or sender.language)
    text = catalogue.mails[mail.template]
    values = _values(mail, sender, catalogue)
    name = _safe_name(mail.to.name)
    url = "" if mail.link is None else link_url(sender.site, mail.link.purpose, mail.link.token)
    subject = text.subject.format_map(values)
    content = {
        "language": catalogue.language,
        "subject": subject,
        "tenant": values["tenant"],
        "greeting": catalogue.greeting.format(name=name) if name else catalogue.hello,
        "paragraphs": [paragraph.format_map(values) for paragraph in text.paragraphs],
        "url": url,
        "action": text.action,
        "link_note": "" if mail.link is None else catalogue.link_note.format_map(values),
        "footer": catalogue.footer.format_map(values),
    }
    return _rendered(content)


def render_central(host: str, subject: str, paragraphs: Sequence[str], footer: str) -> RenderedMail:
    """Return the content of an English mail from a central host, without a one-time link."""
    return _rendered(
        {
            "language": ENGLISH.language,
            "subject": subject,
            "tenant": host,
            "greeting": ENGLISH.hello,
            "paragraphs": list(paragraphs),
            "url": "",
            "action": "",
            "link_note": "",
            "footer": footer,
        }
    )


def _rendered(content: Mapping[str, Any]) -> RenderedMail:
    templates = _templates()
    plain, html = (templates.get_template(f"mail.{kind}").render(content) for kind in ("txt", "html"))
    return RenderedMail(content["language"], content["subject"], plain, html, content["url"])


def one_line(text: str, most: int = _LONGEST) -> str:
    """Return the text as one line of at most ``most`` characters.

    Line breaks, control characters and characters that change the direction of text become spaces.

    >>> one_line("Ada\\r\\nBcc: eve@evil.example")
    'Ada Bcc: eve@evil.example'
    """
    text = text[: 10 * most]
    visible = "".join(" " if unicodedata.category(one)[0] in "CZ" else one for one in text)
    joined = " ".join(visible.split())
    return joined if len(joined) <= most else f"{joined[: most - 1]}…"


def _values(mail: MailRequest, sender: Sender, catalogue: Catalogue) -> Mapping[str, str]:
    """Return the values of the mail's texts, as they are displayed."""
    shown = {
        name: _time(value, sender, catalogue) if name in _TIMES else _shown(name, value)
        for name, value in mail.values.items()
    }
    shown |= {
        "tenant": _safe_name(sender.name) or sender.host,
        "host": sender.host,
        "to": _shown("to", mail.to.email),
    }
    if mail.link is not None:
        shown["until"] = _time(mail.link.expires_at.isoformat(), sender, catalogue)
    return shown


def _time(value: str, sender: Sender, catalogue: Catalogue) -> str:
    at = datetime.fromisoformat(value)
    return at.astimezone(ZoneInfo(sender.time_zone)).strftime(catalogue.time)


def _shown(name: str, value: str) -> str:
    text = one_line(value, _LONGEST_VALUE)
    return _LEFT_OUT if _has_link(text) and name not in _OF_OPERATORS else text


def _safe_name(name: str) -> str:
    shown = one_line(name)
    return "" if _has_link(shown) else shown


def _has_link(text: str) -> bool:
    folded = text.casefold()
    return "://" in folded or "www." in folded


@lru_cache(maxsize=1)
def _templates() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
