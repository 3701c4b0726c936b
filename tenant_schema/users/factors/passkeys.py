"""Passkeys (WebAuthn Level 3): options for the browser, and verification of what it returns.

Nothing here reads a database. What the browser sends is parsed by the library, which may raise anything for
malformed CBOR; each failure is :class:`PasskeyRefused`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec
import webauthn  # which is imported when it is used: see tenant_schema

from tenant_schema.users.factor_errors import PasskeyRefused
from tenant_schema.users.factors.records import StoredPasskey

if TYPE_CHECKING:
    from webauthn.helpers import structs

__all__ = [
    "Assertion",
    "NewPasskey",
    "RelyingParty",
    "creation_options",
    "credential_id_of",
    "request_options",
    "user_handle_of",
    "verify_assertion",
    "verify_creation",
]

_Result = TypeVar("_Result")
_MILLISECONDS: Final = 300_000
_LONGEST_ID: Final = 1_023
"""Bytes of a credential's id (WebAuthn Level 3, section 4)."""
_LONGEST_KEY: Final = 8_192
_TRANSPORTS: Final = frozenset({"usb", "nfc", "ble", "smart-card", "internal", "cable", "hybrid"})
"""Those of the library."""


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The host that passkeys are for: ``id`` is its name without port, ``origin`` has scheme and port."""

    id: str
    origin: str
    name: str


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """A passkey that was created."""

    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Assertion:
    """A valid assertion. The caller compares ``sign_count``.

    :param user_verified: whether the authenticator has verified the user, by a PIN or a fingerprint.
    :param synced: whether the key may be on several devices.
    """

    sign_count: int
    user_verified: bool
    synced: bool


def creation_options(
    party: RelyingParty,
    challenge: bytes,
    handle: bytes,
    account: str,
    name: str,
    known: Sequence[StoredPasskey],
) -> dict[str, Any]:
    """Return PublicKeyCredentialCreationOptionsJSON.

    :param handle: identifies the user to the authenticator; at most 64 bytes.
    :param known: the user's passkeys, which the browser does not create again.
    """
    options = webauthn.generate_registration_options(
        rp_id=party.id,
        rp_name=party.name or party.id,
        user_name=account,
        user_id=handle,
        user_display_name=name or account,
        challenge=challenge,
        timeout=_MILLISECONDS,
        authenticator_selection=webauthn.helpers.structs.AuthenticatorSelectionCriteria(
            resident_key=webauthn.helpers.structs.ResidentKeyRequirement.PREFERRED,
            user_verification=webauthn.helpers.structs.UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=_descriptors(known),
    )
    return _decoded(options)


def verify_creation(party: RelyingParty, challenge: bytes, credential: Mapping[str, Any]) -> NewPasskey:
    """Return the passkey of a RegistrationResponseJSON. Raises PasskeyRefused."""
    verified = _refusing(
        lambda: webauthn.verify_registration_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            require_user_verification=False,
        )
    )
    if len(verified.credential_id) > _LONGEST_ID or len(verified.credential_public_key) > _LONGEST_KEY:
        raise PasskeyRefused
    return NewPasskey(
        verified.credential_id,
        verified.credential_public_key,
        verified.sign_count,
        _refusing(lambda: _transports(credential)),
    )


def request_options(
    party: RelyingParty, challenge: bytes, allowed: Sequence[StoredPasskey] = ()
) -> dict[str, Any]:
    """Return PublicKeyCredentialRequestOptionsJSON.

    :param allowed: the passkeys of a user who is known already. Without them, the browser offers those that
        it has for the host, and the authenticator must verify the user.
    """
    required = (
        webauthn.helpers.structs.UserVerificationRequirement.PREFERRED
        if allowed
        else webauthn.helpers.structs.UserVerificationRequirement.REQUIRED
    )
    options = webauthn.generate_authentication_options(
        rp_id=party.id,
        challenge=challenge,
        timeout=_MILLISECONDS,
        allow_credentials=_descriptors(allowed),
        user_verification=required,
    )
    return _decoded(options)


def verify_assertion(
    party: RelyingParty, challenge: bytes, credential: Mapping[str, Any], passkey: StoredPasskey
) -> Assertion:
    """Verify an AuthenticationResponseJSON: type, challenge, origin, host, presence and signature.

    Raises PasskeyRefused.
    """
    verified = _refusing(
        lambda: webauthn.verify_authentication_response(
            credential=dict(credential),
            expected_challenge=challenge,
            expected_rp_id=party.id,
            expected_origin=party.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=0,  # compared by the caller, who reports one that went back
        )
    )
    synced = verified.credential_device_type is webauthn.helpers.structs.CredentialDeviceType.MULTI_DEVICE
    return Assertion(verified.new_sign_count, verified.user_verified, synced)


def credential_id_of(credential: Mapping[str, Any]) -> bytes:
    """Return the id of the passkey that a response is of. Raises PasskeyRefused."""
    found = _refusing(lambda: webauthn.helpers.base64url_to_bytes(credential["id"]))
    if not 0 < len(found) <= _LONGEST_ID:
        raise PasskeyRefused
    return found


def user_handle_of(credential: Mapping[str, Any]) -> bytes | None:
    """Return the user handle of an AuthenticationResponseJSON, if it has one. Raises PasskeyRefused."""
    given = _refusing(lambda: credential["response"].get("userHandle"))
    return None if given is None else _refusing(lambda: webauthn.helpers.base64url_to_bytes(given))


def _decoded(
    options: "structs.PublicKeyCredentialCreationOptions | structs.PublicKeyCredentialRequestOptions",
) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(webauthn.options_to_json(options))
    return found


def _refusing(parse: Callable[[], _Result]) -> _Result:
    try:
        return parse()
    except Exception as error:  # of a parser of what somebody sent
        raise PasskeyRefused from error


def _descriptors(passkeys: Sequence[StoredPasskey]) -> "list[structs.PublicKeyCredentialDescriptor]":
    descriptor = webauthn.helpers.structs.PublicKeyCredentialDescriptor
    return [descriptor(one.credential_id, transports=_known(one)) for one in passkeys]


def _known(passkey: StoredPasskey) -> "list[structs.AuthenticatorTransport] | None":
    transport = webauthn.helpers.structs.AuthenticatorTransport
    return [transport(name) for name in passkey.transports if name in _TRANSPORTS] or None


def _transports(credential: Mapping[str, Any]) -> tuple[str, ...]:
    given = credential["response"].get("transports") or ()
    return tuple(sorted({one for one in given if one in _TRANSPORTS}))
