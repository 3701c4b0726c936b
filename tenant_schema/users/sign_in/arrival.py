"""Arrival: how, and from where, somebody signs in."""

from dataclasses import dataclass

__all__ = ["Arrival"]


@dataclass(frozen=True, slots=True)
class Arrival:
    """A sign-in of a browser.

    :param address: the client's address; '' if unknown.
    :param device: the secret of the cookie that identifies the browser for a year; '' if it has none.
    :param methods: values of RFC 8176: ``pwd``, ``otp``, ``pop`` (a passkey), ``mfa`` …; ``fed`` stands for
        an identity provider.
    :param second_factor: whether a second factor was verified.
    :param replaced: the secret of the session that the browser has; it ends when the new one begins.
    """

    address: str = ""
    user_agent: str = ""
    device: str = ""
    methods: tuple[str, ...] = ("pwd",)
    second_factor: bool = False
    replaced: str = ""
