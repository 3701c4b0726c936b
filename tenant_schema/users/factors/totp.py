"""Time-based one-time passwords (RFC 6238): six digits, SHA-1, steps of 30 seconds, as every app has them.

Nothing here reads a database.
"""

import re
from datetime import datetime
from typing import Final

import pyotp

__all__ = ["accepted_step", "as_totp", "new_secret", "otpauth_uri"]

_SECONDS: Final = 30
_TOLERANCE: Final = 1
"""How many steps a clock may be behind or ahead."""
_SHAPE: Final = re.compile(r"[0-9]{6}")


def new_secret() -> str:
    """Return a random secret of 160 bits in base32, the length that RFC 4226 recommends."""
    return pyotp.random_base32()


def otpauth_uri(secret: str, account: str, issuer: str) -> str:
    """Return the address that an authenticator app reads, usually from a QR code.

    >>> otpauth_uri("JBSWY3DPEHPK3PXPJBSWY3DP", "ada@acme.example", "Acme")
    'otpauth://totp/Acme:ada%40acme.example?secret=JBSWY3DPEHPK3PXPJBSWY3DP&issuer=Acme'
    """
    return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=issuer)


def as_totp(code: str) -> str | None:
    """Return the six digits of a code that may contain spaces; None if it is no code of an app.

    >>> as_totp(" 123 456"), as_totp("abcde-fghjk")
    ('123456', None)
    """
    digits = code.replace(" ", "")
    return digits if _SHAPE.fullmatch(digits) else None


def accepted_step(secret: str, digits: str, now: datetime, last_step: int) -> int | None:
    """Return the time step of a code that is accepted now; None if it is wrong, or not newer than
    ``last_step``. The steps before and after the current one are accepted (RFC 6238, section 5.2).
    """
    totp, current = pyotp.TOTP(secret), int(now.timestamp()) // _SECONDS
    for step in range(current - _TOLERANCE, current + _TOLERANCE + 1):
        if step > last_step and pyotp.utils.strings_equal(digits, totp.generate_otp(step)):
            return step
    return None
