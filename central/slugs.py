"""Slugs (the short names of tenants) and display names: their grammar, and the reserved slugs."""

import re
import unicodedata

from central.errors import InvalidSlug, InvalidTenantName, ReservedSlug
from piccolo_engines.composing import TooManyMarks, composed

__all__ = ["MAX_TENANT_NAME", "RESERVED", "parse_slug", "parse_tenant_name"]

MAX_TENANT_NAME = 200

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")

_HOSTS = """
    www www1 www2 www3 web m mobile wap cdn assets static media images img files uploads downloads
    ftp sftp ssh vpn proxy gateway ns ns1 ns2 ns3 ns4 dns dns1 dns2 wpad isatap autoconfig autodiscover
    localhost localdomain local broadcasthost internal intranet private
    mail mail1 mail2 email smtp pop pop3 imap mx mx1 mx2 webmail newsletter list lists
    postmaster hostmaster webmaster abuse noc security root administrator mailer-daemon nobody
    noreply no-reply
"""
_SERVICE = """
    api apis app apps admin admins setup health healthz ready readyz live livez metrics status schema
    openapi docs auth login logout signin signout signup register account accounts oauth sso id identity
    token tokens password operator operators tenant tenants central platform system console dashboard
    manage management panel control support help helpdesk contact about blog wiki legal privacy terms
    billing pay payment payments invoice invoices
    dev development stage staging sandbox prod production preview
    git ci build db database mysql sqlite redis cache queue search log logs monitor monitoring
    grafana prometheus graphql rest webhook webhooks ws socket public freehold
    null none undefined true false default all any everyone me self
"""
RESERVED = frozenset(_HOSTS.split()) | frozenset(_SERVICE.split())
"""Names that have a meaning under a domain (RFC 2142 and common use) or on this platform."""


def parse_slug(text: str) -> str:
    """Return the slug unchanged. Nothing is corrected: capitals and blanks are errors.

    >>> parse_slug("acme")
    'acme'

    Raises :class:`~central.errors.InvalidSlug`, or :class:`~central.errors.ReservedSlug` for one of
    :data:`RESERVED` and for every ``xn--`` name, which would be read as an internationalised one.
    """
    if not _SLUG.fullmatch(text):
        raise InvalidSlug(text)
    if text in RESERVED or text.startswith("xn--"):
        raise ReservedSlug(text)
    return text


def parse_tenant_name(text: str) -> str:
    """Return the display name, trimmed and in Unicode's composed form (NFC).

    Raises :class:`~central.errors.InvalidTenantName` when it is empty, longer than :data:`MAX_TENANT_NAME`
    characters, or contains a control character, a line break or a surrogate.
    """
    try:
        name = composed(text.strip()[: 4 * MAX_TENANT_NAME + 1])  # four characters compose to one, at most
    except TooManyMarks as error:
        raise InvalidTenantName from error
    if not 1 <= len(name) <= MAX_TENANT_NAME or any(_is_control(character) for character in name):
        raise InvalidTenantName
    return name


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}
