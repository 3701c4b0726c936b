"""The addresses of one-time links on a tenant's host. Opening one does not use it up: a page sends its token.

Mail scanners open the links of mails, so only ``POST`` requests use a token.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from central.settings.mail import MailDelivery
from tenant_schema.users.links.store import Link, LinkPurpose

__all__ = ["SENT", "TenantLinks", "link_url"]

SENT: Final[Mapping[MailDelivery, str]] = {
    "mail": "It is sent to them by mail.",
    "file": "Its mail is written to a file, since there is no mail server.",
    "none": "It is not mailed, since there is no mail server: pass it to them.",
}
"""What becomes of a link's mail, for the person who requested the link."""

_PATHS: Final[Mapping[str, str]] = {
    LinkPurpose.INVITATION: "invite",
    LinkPurpose.PASSWORD_RESET: "reset",
    LinkPurpose.EMAIL_CHANGE: "confirm-email",
}


def link_url(site: str, purpose: str, token: str) -> str:
    """Return the address of a link.

    :param site: scheme, host and port of the tenant.

    >>> link_url("https://acme.example.com", "invitation", "fhl_abc")
    'https://acme.example.com/invite/fhl_abc'
    """
    return f"{site}/{_PATHS[purpose]}/{token}"


@dataclass(frozen=True, slots=True)
class TenantLinks:
    """The links of one tenant. ``site`` is scheme, host and port of its primary domain, ``delivery`` what
    becomes of its mails.
    """

    site: str
    delivery: MailDelivery

    def url(self, link: Link) -> str:
        """Return the address of a new link."""
        return link_url(self.site, link.purpose, link.token)
