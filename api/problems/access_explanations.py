"""The titles and explanations of problems with signing in, rights and users; a part of the catalog."""

from collections.abc import Mapping
from typing import Final

__all__ = ["ACCESS_EXPLANATIONS", "AGAIN"]

AGAIN: Final = "Send the request again after the seconds that the Retry-After header names."

ACCESS_EXPLANATIONS: Final[Mapping[str, tuple[str, str]]] = {
    # who is asking
    "not-authenticated": (
        "Not authenticated",
        "The request needs a valid token: Authorization: Bearer and an access token or API key on a "
        "tenant's host, where a browser may have the cookie of a session instead; an operator's token on a "
        "central host.",
    ),
    "invalid-credentials": ("Invalid credentials", "The e-mail address or the password is wrong."),
    "token-expired": (
        "Token expired",
        "The access token is too old. Get another one with the refresh token.",
    ),
    "token-invalid": ("Token invalid", "The token is not valid on this host. Sign in again."),
    "token-reused": (
        "Token reused",
        "The refresh token was used before. Since somebody else may have it, the whole session has ended: "
        "sign in again.",
    ),
    "session-ended": (
        "Session ended",
        "The browser's session has ended: the user signed out, was not active for long, or somebody ended "
        "it. Sign in again.",
    ),
    "ticket-invalid": (
        "Ticket invalid",
        "The ticket of a central host was used, is older than a minute, or belongs to another tenant. Sign "
        "in again.",
    ),
    "password-disabled": (
        "Password disabled",
        "The tenant does not admit passwords. Its users sign in with an identity provider or a passkey.",
    ),
    "cross-site": (
        "Request of another site",
        "Requests that change something and have a cookie must come from a page of the same origin, which "
        "the browser says in the Origin or Sec-Fetch-Site header. Pages of other origins and programs send "
        "Authorization: Bearer and a token instead, and no cookie.",
    ),
    "first-tenant-link": (
        "Link not valid",
        "The link with which the first tenant is created works for 24 hours, and only while there is no "
        "tenant. `freehold serve` prints a new one when it starts; operators create tenants with their "
        "tokens.",
    ),
    "permission-denied": (
        "Permission denied",
        "The caller's roles do not allow this. POST /api/v1/permissions/explain says which role would.",
    ),
    "beyond-own-rights": (
        "Beyond own rights",
        "Nobody can give, take or use rights that they do not have themselves.",
    ),
    "support-not-enough": (
        "Support access not enough",
        "An operator with support access cannot change users, roles, keys, sessions and how somebody signs "
        "in, nor decide about support access: an administrator of the tenant does.",
    ),
    "support-refused": (
        "Support access refused",
        "The tenant's sign-in settings allow no support access (supportAccess is never).",
    ),
    "support-ended": (
        "Support access ended",
        "Its time is over, the tenant or an operator has ended it, or the operator's token was revoked.",
    ),
    "key-not-enough": (
        "API key not enough",
        "This needs a person who is signed in. An API key may look at users, roles "
        "and keys and take access away; it cannot create them or give rights.",
    ),
    "layout-hidden": (
        "Layout hidden",
        "Parts of the page's layout are hidden from the caller, who would remove them by replacing it.",
    ),
    "forged-request": (
        "Forged request",
        "The form was not sent by a page of this site. Load the page again.",
    ),
    "forbidden": ("Forbidden", "The request was understood, and is refused."),
    "too-many-attempts": (
        "Too many attempts",
        "Signing in has failed too often for this account or address. " + AGAIN,
    ),
    "too-many-requests": ("Too many requests", "More was asked for than is allowed just now. " + AGAIN),
    # people
    "in-use": ("In use", "Others still have or use it. Take it from them first."),
    "inactive": ("User inactive", "The user is deactivated. Activate the user first."),
    "last-administrator": (
        "Last administrator",
        "An active user who may manage users and roles must remain.",
    ),
    "wrong-support-state": (
        "Wrong state of support access",
        "Only a request that is asked can be granted or refused, only one that is granted has tickets, and "
        "one that is refused or has ended stays so. Ask again.",
    ),
    "mail-unavailable": (
        "Mail unavailable",
        "This takes a mail, and the installation has no mail server (SMTP_URL). An administrator can change "
        "the address.",
    ),
    "link-invalid": (
        "Link invalid",
        "The link has been used, is too old, or never existed. Ask for another one.",
    ),
    "weak-password": (
        "Weak password",
        "The new password does not meet the rules; errors names each of them.",
    ),
    "wrong-password": ("Wrong password", "The current password is wrong."),
    "too-many": ("Too many", "There are as many as there may be. Delete one first."),
}
