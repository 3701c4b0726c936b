"""The mail of a central host with the tenants of an address. It is in English: there is no user yet."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from api.mail.delivery import Delivery
from api.mail.rendering import one_line, render_central
from central.settings.settings import Settings

__all__ = ["FoundTenantsMailer"]

_SUBJECT: Final = "Where you sign in"
_LEAD: Final = "You have an account at:"
_IGNORE: Final = "If you have not asked for this, ignore this mail."
_FOOTER: Final = "You get this mail because somebody asked for it at {host} with your address."


class FoundTenantsMailer:
    """Sends the mail. Keep one: it spares a mail server that has failed for some seconds."""

    def __init__(self, settings: Settings) -> None:
        self._host = settings.base_domains[0]
        self._delivery = Delivery(settings)

    async def send(self, message_id: UUID, to: str, tenants: Sequence[tuple[str, str]]) -> None:
        """Send it. Raises what :meth:`~api.mail.delivery.Delivery.post` raises.

        :param tenants: the name and the URL of each.
        """
        places = "\n".join(f"{one_line(name)}: {url}" for name, url in tenants)
        footer = _FOOTER.format(host=self._host)
        mail = render_central(self._host, _SUBJECT, (_LEAD, places, _IGNORE), footer)
        await self._delivery.post(mail, message_id, to)
