"""The account service: what users see and change of themselves."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from piccolo_conf import DB
from piccolo_engines.columns import utc_now
from tenant_schema.problems import InvalidInput, Problem, ProblemCollector, suggestion
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache
from tenant_schema.users.account.language_tags import language_tag
from tenant_schema.users.audit.write import Subject, record_event
from tenant_schema.users.emails import email_problem, normalise_email
from tenant_schema.users.errors import (
    InvalidCredentials,
    MailUnavailable,
    NotThere,
    Taken,
    WrongPassword,
)
from tenant_schema.users.links.store import LinkPurpose, create_link
from tenant_schema.users.mails import Mails, Recipient
from tenant_schema.users.rights.change import changing_access
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.sign_in.service import Authentication
from tenant_schema.users.sign_in.throttle import Throttle
from tenant_schema.users.tables import OneTimeLink, User

__all__ = ["Account", "AccountRecord", "AccountUpdate", "DateFormat", "NumberFormat"]

NumberFormat = Literal["", "1,234.5", "1.234,5", "1 234,5", "1'234.5"]
"""How a number is displayed, as an example; the empty one is that of the language."""
DateFormat = Literal["", "yyyy-mm-dd", "dd.mm.yyyy", "dd/mm/yyyy", "mm/dd/yyyy"]
"""How a day is displayed; the empty one is that of the language."""
_LONGEST_NAME: Final = 200


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """The caller's account. ``pending_email`` is a new address that has not been confirmed yet."""

    id: UUID
    email: str
    name: str
    language: str
    time_zone: str
    number_format: NumberFormat
    date_format: DateFormat
    has_password: bool
    pending_email: str | None


@dataclass(frozen=True, slots=True)
class AccountUpdate:
    """New values; None keeps the value. ``password`` is the current one, needed for a new address."""

    email: str | None = None
    password: str | None = field(default=None, repr=False)
    name: str | None = None
    language: str | None = None
    time_zone: str | None = None
    number_format: NumberFormat | None = None
    date_format: DateFormat | None = None


class Account:
    """The account of the caller. Call it with the tenant's engine bound, outside of transactions.

    :param throttle: limits the mails that a user may have sent to an address.
    :param zone_names: returns the names of all time zones.
    """

    def __init__(
        self,
        authentication: Authentication,
        cache: VersionedCache,
        mails: Mails,
        throttle: Throttle,
        zone_names: Callable[[], Collection[str]],
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._authentication = authentication
        self._cache = cache
        self._mails = mails
        self._throttle = throttle
        self._zone_names = zone_names
        self._now = now

    async def read(self, access: Access) -> AccountRecord:
        """Return the caller's account. 2 statements."""
        return await self._record(await _row(access.user_id))

    async def update(
        self, scope: TenantScope, access: Access, changes: AccountUpdate, address: str = ""
    ) -> AccountRecord:
        """Change the caller's settings.

        A new e-mail address counts once it is confirmed by the link that is mailed to it; the old one gets a
        notice. It needs the current password, unless the user has none.

        :param address: the client's IP address, for the limit of attempts.
        :raises InvalidInput: with every problem of the values.
        :raises WrongPassword: the password is wrong, which counts as a failed sign-in.
        :raises TooManyAttempts, TooBusy, PasswordDisabled: as for signing in with the password.
        :raises Taken: another user has the address.
        :raises MailUnavailable: the installation sends no mails.
        :raises KeyNotEnough: the caller is an API key, and wants another address.
        :raises SupportNotEnough: the caller is an operator with support access.
        """
        access.require_no_support()
        row = await _row(access.user_id)
        values = self._valid(changes, row)
        email = None if changes.email is None else normalise_email(changes.email)
        if email is not None and email != row["email"]:
            await self._may_change_email(scope, access, row, changes.password, address)
            await self._throttle.reserve(email, address)
        async with changing_access(self._cache, scope):
            if values:
                await User.update(values).where(User.id == access.user_id)
                subject = Subject("user", access.user_id, row["email"])
                detail = {column._meta.name: value for column, value in values.items()}
                await record_event(access, "account.update", subject, detail)
            if email is not None and email != row["email"]:
                await self._request_email(scope, access, row, email)
            return await self._record(await _row(access.user_id))

    def _valid(self, changes: AccountUpdate, row: Mapping[str, Any]) -> dict[Any, str]:
        """Return the columns that change, with their new values. Raises InvalidInput."""
        collector = ProblemCollector()
        collector.extend(_email_problems(changes, row))
        name = None if changes.name is None else changes.name.strip()
        if name is not None and len(name) > _LONGEST_NAME:
            collector.add("name", "too-long", f"At most {_LONGEST_NAME} characters.")
        language = changes.language and language_tag(changes.language)
        if changes.language and language is None:
            message = "Not a language tag (RFC 5646), such as en or de-CH."
            collector.add("language", "invalid-language", message)
        zone = changes.time_zone
        if zone and zone not in (names := self._zone_names()):
            message = "Not the name of a time zone, such as Europe/Berlin."
            collector.add("timeZone", "unknown-time-zone", message, suggestion(zone, names))
        if collector.problems:
            raise InvalidInput(collector.problems)
        wanted = {
            User.name: name,
            User.language: language,
            User.time_zone: zone,
            User.number_format: changes.number_format,
            User.date_format: changes.date_format,
        }
        return {
            column: value
            for column, value in wanted.items()
            if value is not None and value != row[column._meta.name]
        }

    async def _may_change_email(
        self,
        scope: TenantScope,
        access: Access,
        row: Mapping[str, Any],
        password: str | None,
        address: str,
    ) -> None:
        access.require_person()
        if not self._mails.can_send:
            raise MailUnavailable
        if not row["password_hash"]:
            return
        authentication = self._authentication
        try:
            verified = await authentication.verify_password(scope, row["email"], password or "", address)
            async with DB.transaction():
                await authentication.confirm_password(verified)
        except InvalidCredentials as error:
            raise WrongPassword("password") from error

    async def _request_email(
        self, scope: TenantScope, access: Access, row: dict[str, Any], email: str
    ) -> None:
        if await User.exists().where(User.email == email):
            raise Taken("email", "user")
        link = await create_link(access.user_id, LinkPurpose.EMAIL_CHANGE, self._now(), email)
        user = Recipient.of(await _row(access.user_id))
        await self._mails.email_requested(scope, user, email, link.in_mail)
        subject = Subject("user", access.user_id, row["email"])
        await record_event(access, "user.email-requested", subject, {"email": email})

    async def _record(self, row: Mapping[str, Any]) -> AccountRecord:
        return AccountRecord(
            row["id"],
            row["email"],
            row["name"],
            row["language"],
            row["time_zone"],
            row["number_format"],
            row["date_format"],
            bool(row["password_hash"]),
            await _pending_email(row["id"], self._now()),
        )


def _email_problems(changes: AccountUpdate, row: Mapping[str, Any]) -> Iterator[Problem]:
    if changes.email is None:
        return
    email = normalise_email(changes.email)
    if fault := email_problem(email):
        yield fault
    elif email != row["email"] and changes.password is None and row["password_hash"]:
        yield Problem("password", "required", "A new e-mail address takes your password.")


async def _row(user_id: UUID) -> dict[str, Any]:
    row: dict[str, Any] | None = await User.select().where(User.id == user_id).first()
    if row is None:
        raise NotThere("user")
    return row


async def _pending_email(user_id: UUID, now: datetime) -> str | None:
    table = OneTimeLink
    is_pending = (table.user == user_id) & (table.purpose == LinkPurpose.EMAIL_CHANGE.value)
    is_good = (table.expires_at > now) & table.used_at.is_null()
    row = await table.select(table.email).where(is_pending & is_good).first()
    return None if row is None else str(row["email"])
