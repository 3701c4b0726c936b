"""The forms of a tenant's administrators."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from api.admin.columns import Column
from api.admin.errors import FormRefused
from api.admin.site import Form
from api.admin.tenant.definitions import DEFINITIONS
from api.admin.tenant.people import PEOPLE
from api.admin.tenant.support import DecideSupport
from api.admin.tenant.visitor import Visitor
from api.one_time_links import SENT, TenantLinks
from tenant_schema.users.emails import normalise_email
from tenant_schema.users.links.store import Link
from tenant_schema.users.service import NewUser
from tenant_schema.users.tables import User

__all__ = ["DropField", "DropObject", "InviteUser", "MakeLink", "tenant_forms"]

_EMAIL: Final = Column(name="email", title="E-mail address", required=True, nullable=False)


def tenant_forms(visitor: Visitor) -> Sequence[Form]:
    """Return the forms that the user's permissions allow, in the menu's order."""
    people: list[Form] = [InviteUser(visitor), MakeLink(visitor), DecideSupport(visitor)]
    definitions: list[Form] = [DropField(visitor), DropObject(visitor)]
    return [
        *(people if visitor.access.has("users:manage") else []),
        *(definitions if visitor.access.has("objects:manage") else []),
    ]


class InviteUser:
    """Creates a user, who sets a password with a one-time link or gets one."""

    name = "Invite a user"
    group = PEOPLE
    checks_values = True
    description = (
        "Without a password the user is invited by mail. The response has the one-time link as well, shown "
        "once, with which the user sets a password."
    )

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor

    async def fields(self) -> Sequence[Column]:
        """The user's data and roles."""
        roles = await self._visitor.platform.people.roles.all(self._visitor.access)
        return [
            _EMAIL,
            Column(name="name", title="Name"),
            Column(
                name="roles",
                title="Roles",
                type="array",
                choices={role.name: role.label or role.name for role in roles},
                default=[],
            ),
            Column(
                name="password",
                title="Password",
                format="password",
                help_text="Leave it empty to get a one-time link.",
            ),
        ]

    async def submit(self, values: Mapping[str, Any]) -> str:
        """Create the user."""
        visitor = self._visitor
        wanted = NewUser(
            email=values.get("email") or "",
            name=values.get("name") or "",
            roles=values.get("roles") or (),
            password=values.get("password") or None,
        )
        user, link = await visitor.platform.people.users.create(visitor.scope, visitor.access, wanted)
        if link is None:
            return f"{user.email} can sign in with that password."
        return _handed_over(f"{user.email} is invited.", link, visitor)


class MakeLink:
    """Creates a one-time link for a user who forgot the password."""

    name = "Reset a password"
    group = PEOPLE
    checks_values = False
    description = (
        "Mails and shows a one-time link with which they choose a new password. The old one works until then."
    )

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor

    async def fields(self) -> Sequence[Column]:
        """The user."""
        return [_EMAIL]

    async def submit(self, values: Mapping[str, Any]) -> str:
        """Create the link."""
        visitor, email = self._visitor, normalise_email(values["email"])
        row = await User.select(User.id).where(User.email == email).first()
        if row is None:
            raise FormRefused(f"Nobody here has the address {email[:254]}.")
        link = await visitor.platform.people.users.create_link(visitor.scope, visitor.access, row["id"])
        return _handed_over(f"For {email}:", link, visitor)


class DropField:
    """Deletes a field with its values."""

    name = "Delete a field"
    group = DEFINITIONS
    checks_values = False
    description = "Its values go with it, and there is no way back."

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor

    async def fields(self) -> Sequence[Column]:
        """The field, twice."""
        return [
            _object_column(await self._visitor.platform.catalog.all(self._visitor.scope)),
            Column(name="field", title="Field", required=True, nullable=False),
            _confirmation("field"),
        ]

    async def submit(self, values: Mapping[str, Any]) -> str:
        """Delete the field."""
        visitor, field = self._visitor, values["field"].strip()
        _require_confirmed(field, values["confirm"])
        name = values["object"]
        await visitor.platform.schema.drop_field(visitor.scope, visitor.access, name, field, field)
        return f"{name} has no field {field} any more."


class DropObject:
    """Deletes an object with its records."""

    name = "Delete an object"
    group = DEFINITIONS
    checks_values = False
    description = "Its records go with it, and there is no way back."

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor

    async def fields(self) -> Sequence[Column]:
        """The object, twice."""
        objects = await self._visitor.platform.catalog.all(self._visitor.scope)
        return [_object_column(objects), _confirmation("object")]

    async def submit(self, values: Mapping[str, Any]) -> str:
        """Delete the object."""
        visitor, name = self._visitor, values["object"]
        _require_confirmed(name, values["confirm"])
        await visitor.platform.schema.drop_object(visitor.scope, visitor.access, name, name)
        return f"{name} is deleted, with its records."


def _object_column(names: Mapping[str, object]) -> Column:
    choices = {name: name for name in names}
    return Column(name="object", title="Object", choices=choices, required=True, nullable=False)


def _confirmation(kind: str) -> Column:
    title = f"The {kind}'s name once more"
    return Column(name="confirm", title=title, required=True, nullable=False)


def _require_confirmed(name: str, given: str) -> None:
    if given.strip() != name:
        raise FormRefused(f"Nothing was deleted: write {name} twice to delete it.")


def _handed_over(words: str, link: Link, visitor: Visitor) -> str:
    until = link.expires_at.strftime("%Y-%m-%d %H:%M UTC")
    links = TenantLinks(visitor.here, visitor.platform.settings.mail_delivery)
    return (
        f"{words}\n\nLink: {links.url(link)}\n\nIt works once, until {until}, and is shown here and never "
        f"again. {SENT[links.delivery]}"
    )
