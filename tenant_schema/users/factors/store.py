"""Factors and recovery codes as rows, of users or of operators. The caller opens transactions."""

import hashlib
import secrets as random
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from piccolo.utils.encoding import load_json

from piccolo_engines.columns import new_id
from piccolo_engines.errors import UniqueViolation, WritesRefused
from tenant_schema.users.errors import NotThere
from tenant_schema.users.factor_errors import PasskeyRefused, TooManyFactors, WrongCode
from tenant_schema.users.factors import recovery_codes, totp
from tenant_schema.users.factors.passkeys import NewPasskey
from tenant_schema.users.factors.records import (
    RECOVERY_CODE,
    FactorKind,
    FactorOverview,
    FactorRecord,
    Proof,
    StoredPasskey,
)
from tenant_schema.users.factors.secrets import FactorSecrets
from tenant_schema.users.sign_in_tables import Factor, RecoveryCode, SignInChallenge

__all__ = ["FactorStore", "FactorTables"]

_MOST: Final = 20
_CHALLENGE_BYTES: Final = 32
_STEP: Final = "totp-step"
"""The purpose of a challenge that stands for a code that was used."""
_STEP_KEPT: Final = timedelta(minutes=10)
_CONFIRMED_WITHIN: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class FactorTables:
    """Tables with the columns of :class:`Factor` and :class:`RecoveryCode`, each with its owner's column."""

    factor: type[Any]
    recovery_code: type[Any]
    owner: Any
    code_owner: Any


_OF_USERS: Final = FactorTables(Factor, RecoveryCode, Factor.user, RecoveryCode.user)


class FactorStore:
    """Reads and writes factors.

    :param secrets: of the owner that a method is given as ``sealed_for``: a tenant, or an operator.
    """

    def __init__(self, secrets: FactorSecrets, tables: FactorTables = _OF_USERS) -> None:
        self._secrets = secrets
        self._tables = tables
        self._table = tables.factor

    async def overview(self, owner: UUID, sealed_for: UUID) -> FactorOverview:
        """Return the confirmed factors and the number of recovery codes. 2 statements."""
        confirmed = self._of(owner) & self._table.confirmed_at.is_not_null()
        rows = await self._table.select().where(confirmed).order_by(self._table.id)
        return FactorOverview(tuple(_record(row) for row in rows), await self._codes_left(owner, sealed_for))

    async def kinds(self, owner: UUID, sealed_for: UUID) -> tuple[str, ...]:
        """Return what opens a session of this owner in addition to a password; nothing without a confirmed
        factor. 2 statements, 1 without a factor.
        """
        confirmed = self._of(owner) & self._table.confirmed_at.is_not_null()
        found = {row["kind"] for row in await self._table.select(self._table.kind).where(confirmed)}
        known = tuple(kind.value for kind in FactorKind if kind.value in found)
        return (*known, RECOVERY_CODE) if known and await self._codes_left(owner, sealed_for) else known

    async def begin_totp(self, owner: UUID, sealed_for: UUID, name: str, now: datetime) -> tuple[UUID, str]:
        """Add an unconfirmed TOTP factor in place of earlier ones. Returns its id and secret.

        4 statements. Raises TooManyFactors.
        """
        secret = totp.new_secret()
        sealed = self._secrets.seal(secret, sealed_for)
        return await self._begin(owner, FactorKind.TOTP, name, sealed, now), secret

    async def begin_passkey(
        self, owner: UUID, sealed_for: UUID, name: str, now: datetime
    ) -> tuple[UUID, bytes]:
        """Add an unconfirmed passkey in place of earlier ones. Returns its id and challenge.

        4 statements. Raises TooManyFactors.
        """
        challenge = random.token_bytes(_CHALLENGE_BYTES)
        sealed = self._secrets.seal(_encoded(challenge), sealed_for)
        return await self._begin(owner, FactorKind.PASSKEY, name, sealed, now), challenge

    async def confirm_totp(
        self, owner: UUID, sealed_for: UUID, factor_id: UUID, code: str, now: datetime
    ) -> FactorRecord:
        """Confirm a factor with a code of it. 3 statements. Raises NotThere and WrongCode."""
        row, secret = await self._unconfirmed(owner, sealed_for, factor_id, FactorKind.TOTP, now)
        digits = totp.as_totp(code)
        step = None if digits is None else totp.accepted_step(secret, digits, now, 0)
        if step is None:
            raise WrongCode
        return await self._confirm(row, {self._table.last_step: step}, now)

    async def challenge_of(self, owner: UUID, sealed_for: UUID, factor_id: UUID, now: datetime) -> bytes:
        """Return the challenge of an unconfirmed passkey. 1 statement. Raises NotThere."""
        _, text = await self._unconfirmed(owner, sealed_for, factor_id, FactorKind.PASSKEY, now)
        return _decoded(text)

    async def confirm_passkey(
        self, owner: UUID, factor_id: UUID, passkey: NewPasskey, now: datetime
    ) -> FactorRecord:
        """Confirm a passkey. 3 statements. Raises NotThere, and PasskeyRefused if it is known already."""
        row = await self._row(owner, factor_id)
        if row is None:
            raise NotThere("factor")
        values = {
            self._table.secret: "",
            self._table.credential_hash: _digest(passkey.credential_id),
            self._table.credential_id: _encoded(passkey.credential_id),
            self._table.public_key: _encoded(passkey.public_key),
            self._table.sign_count: passkey.sign_count,
            self._table.transports: msgspec.json.encode(passkey.transports).decode(),
        }
        try:
            return await self._confirm(row, values, now)
        except UniqueViolation as error:
            raise PasskeyRefused from error

    async def use_code(self, owner: UUID, sealed_for: UUID, code: str, now: datetime) -> Proof | None:
        """Use up a code of an app, or a recovery code; None if it is wrong or was used.

        Of two concurrent uses of a code, one succeeds. 2 statements, or more with several apps.
        """
        digits, text = totp.as_totp(code), recovery_codes.normalised(code)
        if digits is not None:
            return await self._use_totp(owner, sealed_for, digits, now)
        return None if text is None else await self._use_recovery_code(owner, sealed_for, text, now)

    async def passkeys(self, owner: UUID) -> list[StoredPasskey]:
        """Return the confirmed passkeys. 1 statement."""
        return await self._passkeys(self._of(owner))

    async def passkey(self, credential_id: bytes) -> StoredPasskey | None:
        """Return the confirmed passkey with this id, of any owner. 1 statement."""
        found = await self._passkeys(self._table.credential_hash == _digest(credential_id))
        return found[0] if found else None

    async def count_use(self, passkey: StoredPasskey, sign_count: int, now: datetime) -> bool:
        """Store the sign count of an assertion. False if it is not higher than the stored one, unless both
        are 0: the key may have been copied (WebAuthn Level 3, section 6.1.1). 1 statement. In a read-only
        tenant it is compared only.
        """
        table = self._table
        is_newer = (table.id == passkey.id) & (table.sign_count < sign_count)
        if sign_count == 0:
            is_newer = (table.id == passkey.id) & (table.sign_count == 0)
        changes = {table.sign_count: sign_count, table.last_used_at: now}
        try:
            return bool(await table.update(changes).where(is_newer).returning(table.id))
        except WritesRefused:
            return sign_count > passkey.sign_count or sign_count == passkey.sign_count == 0

    async def rename(self, owner: UUID, factor_id: UUID, name: str) -> FactorRecord:
        """Rename a confirmed factor. 2 statements. Raises NotThere."""
        row = await self._confirmed(owner, factor_id)
        await self._table.update({self._table.name: name}).where(self._table.id == factor_id)
        return _record({**row, "name": name})

    async def remove(self, owner: UUID, factor_id: UUID) -> FactorRecord:
        """Delete a confirmed factor; with the last one the recovery codes. Raises NotThere."""
        row = await self._confirmed(owner, factor_id)
        await self._table.delete().where(self._table.id == factor_id)
        if not await self.has_factor(owner):
            await self._delete_codes(owner)
        return _record(row)

    async def remove_all(self, owner: UUID) -> list[FactorRecord]:
        """Delete all factors and recovery codes; returns the confirmed factors. 3 statements."""
        rows = await self._table.select().where(self._of(owner)).order_by(self._table.id)
        await self._table.delete().where(self._of(owner))
        await self._delete_codes(owner)
        return [_record(row) for row in rows if row["confirmed_at"] is not None]

    async def replace_codes(self, owner: UUID, sealed_for: UUID) -> tuple[str, ...]:
        """Replace the recovery codes by new ones, which are returned and not stored. 2 statements."""
        codes, keys = recovery_codes.new_codes(), self._secrets.hash_keys(sealed_for)
        await self._delete_codes(owner)
        table, column = self._tables.recovery_code, self._tables.code_owner._meta.name
        found = [recovery_codes.hashed(code, str(owner), keys) for code in codes]
        await table.insert(*(table(**{column: owner}, code_hash=one) for one in found))
        return codes

    async def has_factor(self, owner: UUID) -> bool:
        """Whether there is a confirmed factor. 1 statement."""
        return bool(
            await self._table.exists().where(self._of(owner) & self._table.confirmed_at.is_not_null())
        )

    def _of(self, owner: UUID) -> Any:
        return self._tables.owner == owner

    async def _begin(self, owner: UUID, kind: FactorKind, name: str, sealed: str, now: datetime) -> UUID:
        table, column = self._table, self._tables.owner._meta.name
        unconfirmed = self._of(owner) & (table.kind == kind.value) & table.confirmed_at.is_null()
        await table.delete().where(unconfirmed)
        if await table.count().where(self._of(owner)) >= _MOST:
            raise TooManyFactors(_MOST)
        factor_id = new_id()
        await table.insert(
            table(id=factor_id, **{column: owner}, kind=kind.value, name=name, secret=sealed, created_at=now)
        )
        return factor_id

    async def _unconfirmed(
        self, owner: UUID, sealed_for: UUID, factor_id: UUID, kind: FactorKind, now: datetime
    ) -> tuple[Mapping[str, Any], str]:
        row = await self._row(owner, factor_id)
        if row is None or row["kind"] != kind.value or row["confirmed_at"] is not None:
            raise NotThere("factor")
        secret = self._secrets.open(row["secret"], sealed_for)
        if secret is None or now - row["created_at"] > _CONFIRMED_WITHIN:
            raise NotThere("factor")
        return row, secret

    async def _confirm(self, row: Mapping[str, Any], values: dict[Any, Any], now: datetime) -> FactorRecord:
        """Confirm a factor, once. Raises NotThere if another request was first."""
        is_new = (self._table.id == row["id"]) & self._table.confirmed_at.is_null()
        changes = {**values, self._table.confirmed_at: now}
        if not await self._table.update(changes).where(is_new).returning(self._table.id):
            raise NotThere("factor")
        return _record(row)

    async def _row(self, owner: UUID, factor_id: UUID) -> Mapping[str, Any] | None:
        row: Mapping[str, Any] | None = (
            await self._table.select().where(self._of(owner) & (self._table.id == factor_id)).first()
        )
        return row

    async def _confirmed(self, owner: UUID, factor_id: UUID) -> Mapping[str, Any]:
        row = await self._row(owner, factor_id)
        if row is None or row["confirmed_at"] is None:
            raise NotThere("factor")
        return row

    async def _passkeys(self, condition: Any) -> list[StoredPasskey]:
        table, owner = self._table, self._tables.owner._meta.name
        is_passkey = (table.kind == FactorKind.PASSKEY.value) & table.confirmed_at.is_not_null()
        rows = await table.select().where(condition & is_passkey).order_by(table.id)
        return [
            StoredPasskey(
                row["id"],
                row[owner],
                _decoded(row["credential_id"]),
                _decoded(row["public_key"]),
                row["sign_count"],
                tuple(load_json(row["transports"])),
            )
            for row in rows
        ]

    async def _use_totp(self, owner: UUID, sealed_for: UUID, digits: str, now: datetime) -> Proof | None:
        table = self._table
        confirmed = (table.kind == FactorKind.TOTP.value) & table.confirmed_at.is_not_null()
        for row in await table.select().where(self._of(owner) & confirmed).order_by(table.id):
            secret = self._secrets.open(row["secret"], sealed_for)
            step = None if secret is None else totp.accepted_step(secret, digits, now, row["last_step"])
            if secret is None or step is None:
                continue
            sealed = self._secrets.seal(secret, sealed_for)  # with the current key, if it was an older one's
            changes = {table.last_step: step, table.last_used_at: now, table.secret: sealed}
            is_unused = (table.id == row["id"]) & (table.last_step < step)
            try:
                is_taken = bool(await table.update(changes).where(is_unused).returning(table.id))
            except WritesRefused:
                is_taken = await _take_step(owner, row["id"], step, now)
            if is_taken:
                return Proof(FactorKind.TOTP.value, ("otp",))
        return None

    async def _use_recovery_code(
        self, owner: UUID, sealed_for: UUID, text: str, now: datetime
    ) -> Proof | None:
        table = self._tables.recovery_code
        found = recovery_codes.hashes(text, str(owner), self._secrets.hash_keys(sealed_for))
        is_unused = (
            (self._tables.code_owner == owner) & table.code_hash.is_in(found) & table.used_at.is_null()
        )
        used = await table.update({table.used_at: now}).where(is_unused).returning(table.id)
        return Proof(RECOVERY_CODE, ("otp",)) if used else None

    async def _codes_left(self, owner: UUID, sealed_for: UUID) -> int:
        table, keys = self._tables.recovery_code, self._secrets.hash_keys(sealed_for)
        unused = (self._tables.code_owner == owner) & table.used_at.is_null()
        rows: Sequence[Mapping[str, Any]] = await table.select(table.code_hash).where(unused)
        return sum(recovery_codes.is_usable(row["code_hash"], keys) for row in rows)

    async def _delete_codes(self, owner: UUID) -> None:
        await self._tables.recovery_code.delete().where(self._tables.code_owner == owner)


async def _take_step(owner: UUID, factor_id: UUID, step: int, now: datetime) -> bool:
    """Use up a code in a read-only tenant, whose factors do not change: of two uses, one succeeds."""
    digest = hashlib.sha256(f"{factor_id} {step}".encode()).hexdigest()
    row = SignInChallenge(purpose=_STEP, token_hash=digest, user=owner, expires_at=now + _STEP_KEPT)
    try:
        await SignInChallenge.insert(row)
    except UniqueViolation:
        return False
    return True


def _record(row: Mapping[str, Any]) -> FactorRecord:
    kind = FactorKind(row["kind"])
    return FactorRecord(row["id"], kind, row["name"], row["created_at"], row["last_used_at"])


def _digest(credential_id: bytes) -> str:
    return hashlib.sha256(credential_id).hexdigest()


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
