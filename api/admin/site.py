"""What an admin site is made of: tables, forms, and somebody who is signed in.

Nothing here is kept between requests but what the services keep: a site's tables and forms are made for each
request, for the one who asks, and are small.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from api.admin.columns import Column, TableSchema
from api.admin.listing import Listing
from api.requests.request import ApiRequest

__all__ = ["Form", "NewSession", "Row", "Site", "Table", "Visit"]

Row = Mapping[str, Any]
"""A row by column names; of a lookup ``x`` there is also ``x_readable``. ``id`` is always there."""


class Table(Protocol):
    """One table of an admin. What it may not do raises, like anything else that a service refuses."""

    checks_values: bool
    """Whether its service checks all values by itself; otherwise only values of their columns' types come."""

    @property
    def group(self) -> str:
        """Under which heading it stands in the menu."""

    async def schema(self) -> TableSchema:
        """Its columns."""

    async def rows(self, listing: Listing) -> Sequence[Row]:
        """The rows of a page."""

    async def count(self, listing: Listing) -> int:
        """How many rows there are on all pages."""

    def export(self, listing: Listing, *, readable: bool) -> AsyncIterator[bytes]:
        """The rows of all pages as CSV, some at a time.

        :param readable: whether what lookups lead to is called stands beside their ids.
        """

    async def names(self, search: str, limit: int, offset: int) -> Mapping[str, str]:
        """What rows are called, by id, for those who look one up."""

    async def row(self, row_id: str) -> Row:
        """One row."""

    async def create(self, values: Mapping[str, Any]) -> str:
        """Add a row; gives its id."""

    async def update(self, row_id: str, values: Mapping[str, Any]) -> None:
        """Change a row."""

    async def delete(self, row_id: str) -> None:
        """Delete a row."""

    async def references(self) -> Sequence[tuple[str, str]]:
        """Tables that look into this one, each with the column that does."""


class Form(Protocol):
    """One act that is no change of one row."""

    checks_values: bool
    """As a table's."""

    @property
    def name(self) -> str:
        """What the menu calls it."""

    @property
    def group(self) -> str:
        """Under which heading it stands."""

    @property
    def description(self) -> str:
        """What it does, in a sentence or two."""

    async def fields(self) -> Sequence[Column]:
        """What it asks for."""

    async def submit(self, values: Mapping[str, Any]) -> str:
        """Do it; gives what the person should read."""


@dataclass(frozen=True, slots=True)
class NewSession:
    """What a browser is given when somebody signs in; ``seconds`` is for how long it is kept there."""

    secret: str
    seconds: int


class Visit(Protocol):
    """Somebody who is signed in, for one request."""

    @property
    def name(self) -> str:
        """What they are called."""

    @property
    def user_id(self) -> str:
        """Who they are."""

    @property
    def renewed(self) -> NewSession | None:
        """What the browser is to keep from now on, when that changes."""

    async def tables(self) -> Mapping[str, Table]:
        """What they may see, in the menu's order."""

    async def forms(self) -> Sequence[Form]:
        """What they may do, in the menu's order."""

    async def links(self) -> Mapping[str, str]:
        """Where else they may want to go."""

    async def change_password(self, current: str, new: str) -> None:
        """Change their password."""


class Site(Protocol):
    """One of the two admins."""

    words: Mapping[str, str]
    """What it calls differently than Piccolo Admin does, in English."""

    has_passwords: bool
    """Whether who signs in has a password, and can change it."""

    def title(self, request: ApiRequest) -> str:
        """What it is called."""

    async def sign_in(self, request: ApiRequest, username: str, password: str) -> NewSession:
        """A new session. Raises what says that there is none to be had."""

    async def visit(self, request: ApiRequest, secret: str) -> Visit | None:
        """Who shows this secret; None when it is worth nothing."""

    async def sign_out(self, request: ApiRequest, secret: str) -> None:
        """End the session."""
