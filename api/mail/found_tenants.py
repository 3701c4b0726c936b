"""The mail of a central host with the tenants of an address. It is in English: there is no user yet."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from api.mail.delivery import Delivery
from api.mail.rendering import one_line, render_central
from central.settings.settings import Settings

__all__ = ["send_found_tenants"]

_SUBJECT: Final = "Where you sign in"
_LEAD: Final = "You have an account at:"
_IGNORE: Final = "If you have not asked for this, ignore this mail."
_FOOTER: Final = "You get this mail because somebody asked for it at {host} with your address."


async def send_found_tenants(
    settings: Settings, message_id: UUID, to: str, tenants: Sequence[tuple[str, str]]
) -> None:
    """Send the mail. Raises what :meth:`~api.mail.delivery.Delivery.post` raises.

    :param tenants: the name and the URL of each.
    """
    places = "\n".join(f"{one_line(name)}: {url}" for name, url in tenants)
    host = settings.base_domains[0]
    mail = render_central(host, _SUBJECT, (_LEAD, places, _IGNORE), _FOOTER.format(host=host))
    await Delivery(settings).post(mail, message_id, to)
