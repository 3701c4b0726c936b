"""Why a provider cannot be used, or its response not be accepted.

::

    ProviderError
    ├── ProviderUnavailable     it could not be reached, in time or at all
    ├── InvalidResponse         its response is not what the specification says
    ├── TokenRefused            the token endpoint refused the code
    └── InvalidToken            the id token is not valid

``str(error)`` is a sentence of our own for the tenant's administrators. It never contains what the provider
sent, nor the addresses of the network.
"""

__all__ = ["InvalidResponse", "InvalidToken", "ProviderError", "ProviderUnavailable", "TokenRefused"]


class ProviderError(Exception):
    """The base class of the errors below. ``reason`` is a sentence."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class ProviderUnavailable(ProviderError):
    """The provider could not be reached."""


class InvalidResponse(ProviderError):
    """The provider's response does not follow the specification."""


class TokenRefused(ProviderError):
    """The token endpoint refused the authorization code or the client's credentials."""


class InvalidToken(ProviderError):
    """The id token is not valid."""
