"""The protocols of an admin site: tables, forms, and signed-in users.

Nothing is kept between requests except by the services: a site's tables and forms are created for each
request and its user, and are small.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Protocol

from api.admin.browser_session import NewSession
from api.admin.columns import Column, TableSchema
from api.admin.listing import Listing
from api.requests.request import ApiRequest

__all__ = ["Form", "Row", "Site", "Table", "Visit"]

Row = Mapping[str, Any]
"""A row by column names. A lookup ``x`` also has ``x_readable``. ``id`` is always present."""


class Table(Protocol):
    """One table of an admin. Operations that are not available raise, like any other error of a service."""

    checks_values: bool
    """Whether the service validates all values; otherwise only values of the columns' types are passed."""

    @property
    def group(self) -> str:
        """The heading in the menu."""

    async def schema(self) -> TableSchema:
        """The columns."""

    async def rows(self, listing: Listing) -> Sequence[Row]:
        """Return the rows of a page."""

    async def count(self, listing: Listing) -> int:
        """Return the number of rows on all pages."""

    def export(self, listing: Listing, *, readable: bool) -> AsyncIterator[bytes]:
        """Yield the rows of all pages as CSV, in portions.

        :param readable: whether to add the names of lookups' records.
        """

    async def names(self, search: str, limit: int, offset: int) -> Mapping[str, str]:
        """Return the names of rows by id, for lookups."""

    async def row(self, row_id: str) -> Row:
        """Return one row."""

    async def create(self, values: Mapping[str, Any]) -> str:
        """Add a row. Returns its id."""

    async def update(self, row_id: str, values: Mapping[str, Any]) -> None:
        """Change a row."""

    async def delete(self, row_id: str) -> None:
        """Delete a row."""

    async def references(self) -> Sequence[tuple[str, str]]:
        """Return the tables that refer to this one, each with the column that does."""


class Form(Protocol):
    """An operation that is not the change of a row."""

    checks_values: bool
    """Like that of a table."""

    @property
    def name(self) -> str:
        """The name in the menu."""

    @property
    def group(self) -> str:
        """The heading in the menu."""

    @property
    def description(self) -> str:
        """A description in one or two sentences."""

    async def fields(self) -> Sequence[Column]:
        """The fields."""

    async def submit(self, values: Mapping[str, Any]) -> str:
        """Run the operation. Returns the message for the user."""


class Visit(Protocol):
    """A request of a signed-in user."""

    @property
    def name(self) -> str:
        """The user's name."""

    @property
    def user_id(self) -> str:
        """The user's id."""

    @property
    def renewed(self) -> NewSession | None:
        """The session that replaces the browser's, if it changes."""

    async def tables(self) -> Mapping[str, Table]:
        """The tables that the user may see, in the menu's order."""

    async def forms(self) -> Sequence[Form]:
        """The forms that the user may use, in the menu's order."""

    async def links(self) -> Mapping[str, str]:
        """Further links for the user."""

    async def change_password(self, current: str, new: str) -> None:
        """Change the user's password."""


class Site(Protocol):
    """One of the two admins."""

    words: Mapping[str, str]
    """Replacements for texts of Piccolo Admin, in English."""

    has_passwords: bool
    """Whether users have a password that they can change."""

    def title(self, request: ApiRequest) -> str:
        """The title."""

    async def sign_in(
        self, request: ApiRequest, username: str, password: str, code: str | None
    ) -> NewSession:
        """Start a session. Raises the reason if it is refused.

        :param code: of a second factor.
        """

    async def visit(self, request: ApiRequest, secret: str) -> Visit | None:
        """Return the user with this secret; None if it is invalid."""

    async def sign_out(self, request: ApiRequest, secret: str) -> None:
        """End the session."""
