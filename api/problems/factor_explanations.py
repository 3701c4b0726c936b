"""The titles and explanations of the problems of second factors."""

from collections.abc import Mapping
from typing import Final

__all__ = ["FACTOR_EXPLANATIONS"]

FACTOR_EXPLANATIONS: Final[Mapping[str, tuple[str, str]]] = {
    "factor-required": (
        "Factor required",
        "A second factor is missing. factors names what completes the sign-in: send the code with the "
        "password again, or confirm the session with it; challenge is for a passkey. With enrol, add a "
        "factor at /api/v1/me/factors: until then the session can do nothing else.",
    ),
    "code-invalid": (
        "Code invalid",
        "The password is right, and the code is wrong, too old, or was used. Each code works once.",
    ),
    "passkey-invalid": (
        "Passkey invalid",
        "The passkey is not known here, or its response does not belong to the challenge and this host.",
    ),
    "challenge-invalid": (
        "Challenge invalid",
        "A challenge works once, for five minutes, on the host that gave it. Begin the sign-in again.",
    ),
    "confirmation-required": (
        "Confirmation required",
        "Changes of second factors need a sign-in or a confirmation (POST /api/v1/auth/confirm) of the last "
        "ten minutes, with a second factor if the user has one.",
    ),
    "wrong-code": ("Wrong code", "The code is wrong, too old, or was used. Each code works once."),
    "passkey-refused": (
        "Passkey refused",
        "What the authenticator returned does not belong to the challenge and this host, or the passkey is "
        "known already.",
    ),
    "factor-needed": (
        "Factor needed",
        "A role of the user requires a second factor. Add another one before removing the last.",
    ),
    "too-many-factors": ("Too many factors", "A user has at most 20 factors. Remove one first."),
}
