"""The tenant's people in the admin."""

from api.admin.readonly_table import LookedAt, Shown
from api.admin.tenant.visitor import Visitor
from tenant_schema.users.tables import User

__all__ = ["UserTable"]


class UserTable(LookedAt):
    """Anybody who is let in may look people up, since records name them; the rest takes ``users:manage``."""

    def __init__(self, visitor: Visitor) -> None:
        super().__init__(
            User,
            "User",
            "People",
            [
                Shown(column=User.email, title="E-mail address"),
                Shown(column=User.name, title="Name"),
                Shown(column=User.active, title="Active"),
            ],
            link="email",
        )
        self._visitor = visitor
