"""Second factors and passkeys: request and response bodies."""

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from api.errors import InvalidBody
from api.schemas.common import FactorProofCode, Input, Output
from tenant_schema.problems import Problem
from tenant_schema.users.factors.records import FactorOverview, FactorRecord, NewFactor
from tenant_schema.users.factors.service import ConfirmedFactor
from tenant_schema.users.sign_in.passkeys import PasskeyRequest

__all__ = [
    "ConfirmedFactorResponse",
    "FactorList",
    "FactorName",
    "FactorProof",
    "FactorResponse",
    "NewFactorRequest",
    "NewFactorResponse",
    "PasskeyBegin",
    "PasskeyFinish",
    "PasskeyOptions",
    "SessionConfirmation",
    "one_confirmation",
    "one_proof",
]

_Id = Annotated[str, Meta(description="UUIDv7.", examples=["0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"])]
_Name = Annotated[str, Meta(max_length=100, examples=["Ada's phone"])]
_Kind = Literal["totp", "passkey"]
_Challenge = Annotated[str, Meta(max_length=4_096, examples=["v1.…"])]
_Codes = Annotated[
    list[str],
    Meta(
        description="Ten recovery codes, in this response only. Each replaces a factor once.",
        examples=[["k7wqm-3xhtz", "9d4rn-vfy2c"]],
    ),
]
_Credential = Annotated[
    dict[str, Any],
    Meta(description="The PublicKeyCredential of the browser as JSON: the result of its `toJSON()`."),
]


class FactorResponse(Output):
    """A factor of a user."""

    id: _Id
    kind: Annotated[_Kind, Meta(examples=["totp"])]
    name: _Name
    created_at: datetime
    last_used_at: datetime | None

    @classmethod
    def of(cls, record: FactorRecord) -> "FactorResponse":
        kind: _Kind = record.kind.value
        return cls(
            id=str(record.id),
            kind=kind,
            name=record.name,
            created_at=record.created_at,
            last_used_at=record.last_used_at,
        )


class FactorList(Output):
    """The factors of a user, oldest first."""

    data: list[FactorResponse]
    recovery_codes: Annotated[int, Meta(description="How many recovery codes are left.", examples=[9])]

    @classmethod
    def of(cls, overview: FactorOverview) -> "FactorList":
        return cls(
            data=[FactorResponse.of(one) for one in overview.factors],
            recovery_codes=overview.recovery_codes,
        )


class NewFactorRequest(Input):
    """What to add."""

    kind: Annotated[Literal["totp", "passkey", "recovery-codes"], Meta(examples=["totp"])]
    name: _Name = ""


class NewFactorResponse(Output, omit_defaults=True):
    """What the user needs to complete the new factor, by its kind; or the new recovery codes."""

    id: _Id | UnsetType = UNSET
    kind: Annotated[Literal["totp", "passkey", "recovery-codes"], Meta(examples=["totp"])] | UnsetType = UNSET
    secret: (
        Annotated[
            str, Meta(description="In base32, to be typed into an app.", examples=["JBSWY3DPEHPK3PXP…"])
        ]
        | UnsetType
    ) = UNSET
    uri: (
        Annotated[
            str,
            Meta(
                description="The same for a QR code.",
                examples=["otpauth://totp/Acme:ada%40acme.example?secret=…&issuer=Acme"],
            ),
        ]
        | UnsetType
    ) = UNSET
    public_key: (
        Annotated[
            dict[str, Any],
            Meta(
                description="PublicKeyCredentialCreationOptionsJSON of WebAuthn, for "
                "`PublicKeyCredential.parseCreationOptionsFromJSON()`."
            ),
        ]
        | UnsetType
    ) = UNSET
    recovery_codes: _Codes | UnsetType = UNSET

    @classmethod
    def of(cls, new: NewFactor) -> "NewFactorResponse":
        kind: _Kind = new.kind.value
        if new.options is not None:
            return cls(id=str(new.id), kind=kind, public_key=dict(new.options))
        return cls(id=str(new.id), kind=kind, secret=new.secret or UNSET, uri=new.uri or UNSET)


class FactorProof(Input):
    """The proof that the user has the new factor: `code` of an app, `credential` of a passkey."""

    code: FactorProofCode | UnsetType = UNSET
    credential: _Credential | UnsetType = UNSET


def one_proof(given: FactorProof) -> tuple[str, dict[str, Any] | None]:
    """Return the code ('' without one) and the credential. Raises InvalidBody unless one of them is given."""
    if (given.code is UNSET) == (given.credential is UNSET):
        raise InvalidBody([Problem("code", "required", "Give either a code or a credential.")])
    code = "" if given.code is UNSET else given.code
    return code, None if given.credential is UNSET else given.credential


class FactorName(Input):
    """Another name."""

    name: _Name


class ConfirmedFactorResponse(Output, omit_defaults=True):
    """The new factor. With a user's first one, the recovery codes."""

    factor: FactorResponse
    recovery_codes: _Codes | UnsetType = UNSET

    @classmethod
    def of(cls, confirmed: ConfirmedFactor) -> "ConfirmedFactorResponse":
        codes = confirmed.recovery_codes
        return cls(
            factor=FactorResponse.of(confirmed.factor), recovery_codes=UNSET if codes is None else list(codes)
        )


class PasskeyBegin(Input):
    """`challenge` of a `factor-required`, if the passkey is the second factor after a password."""

    challenge: _Challenge | UnsetType = UNSET


class PasskeyOptions(Output):
    """The request for a passkey."""

    challenge: Annotated[str, Meta(description="To be sent back with the credential.", examples=["v1.…"])]
    public_key: Annotated[
        dict[str, Any],
        Meta(
            description="PublicKeyCredentialRequestOptionsJSON of WebAuthn, for "
            "`PublicKeyCredential.parseRequestOptionsFromJSON()`."
        ),
    ]

    @classmethod
    def of(cls, request: PasskeyRequest) -> "PasskeyOptions":
        return cls(challenge=request.challenge, public_key=dict(request.options))


class PasskeyFinish(Input):
    """The response of the passkey, with the challenge that it is for."""

    challenge: _Challenge
    credential: _Credential


class SessionConfirmation(Input):
    """One of: the password, a code, or a passkey (`challenge` and `credential`)."""

    password: Annotated[str, Meta(max_length=4_096, examples=["correct horse battery"])] | UnsetType = UNSET
    code: FactorProofCode | UnsetType = UNSET
    challenge: _Challenge | UnsetType = UNSET
    credential: _Credential | UnsetType = UNSET


def one_confirmation(given: SessionConfirmation) -> str:
    """Return which of ``password``, ``code`` and ``credential`` is given.

    Raises InvalidBody unless it is one of them, a credential with its challenge.
    """
    values = {"password": given.password, "code": given.code, "credential": given.credential}
    named = [name for name, value in values.items() if value is not UNSET]
    if len(named) != 1 or (given.challenge is not UNSET) != (named == ["credential"]):
        message = "Give a password, or a code, or a credential with its challenge."
        raise InvalidBody([Problem("password", "required", message)])
    return named[0]
