"""The two kinds of host as their OpenAPI documents introduce them."""

from typing import Final

from api.middleware.host_kinds import OPERATORS_PATHS, TENANTS_PATHS
from api.middleware.idempotency import takes_key
from api.openapi.host_kind import HostKind
from api.requests.guards import requires_operator, requires_user

__all__ = ["CENTRAL_HOST", "TENANT_HOST"]

CENTRAL_HOST: Final = HostKind(
    title="Freehold for operators",
    description=(
        "Tenants and their domains: making them, finding them, suspending and deleting them. Served on the "
        "central hosts. Errors are RFC 9457 problems, all faults of a request at once; unknown "
        "parameters are refused."
    ),
    servers=({"url": "/", "description": "This central host."},),
    tags=(
        ("Tenants", "Every tenant owns a database; these routes make and drop them."),
        ("Domains", "The host names by which a tenant is found."),
        ("Servers", "The database servers, and which of them get new tenants."),
        ("Plans and usage", "What tenants may use, and what they use."),
        ("Archives", "Tenants as files: written from what there is, and made tenants again."),
        ("Backups", "Stored archives of tenants, and when they were taken and proven."),
        ("Jobs", "Work that outlives a request."),
        ("Upgrades", "All tenants are upgraded in waves, which their own traffic judges."),
        ("Second factors", "For signing in to the operators' admin."),
        ("Support access", "Operators access a tenant for some minutes, if it allows that."),
        ("Signing in", "For users of all tenants who do not know their tenant's host name."),
        ("Service", "Is it alive, is it ready, what can it do?"),
    ),
    security_schemes={
        "operator": {
            "type": "http",
            "scheme": "bearer",
            "description": "An operator's token, from `freehold operators create`.",
        }
    },
    guard=requires_operator,
    refused=TENANTS_PATHS,
    problems=(400, 500, 503),
    secured_problems=(401,),
)

TENANT_HOST: Final = HostKind(
    title="Freehold for a tenant",
    description=(
        "For the users and programs of a tenant: signing in, and the records of its objects. "
        "Served on the tenant's host names. Names of objects and fields are the tenant's own, in snake_case, "
        "everything else is in camelCase. Errors are RFC 9457 problems that list all faults of a request; "
        "unknown parameters, fields and operators are refused with a suggestion. Every route returns 403 "
        "while the tenant is suspended, 404 if there is no such tenant, 429 if it gets more requests than "
        "its plan allows."
    ),
    servers=({"url": "/", "description": "This tenant's host."},),
    tags=(
        (
            "Signing in",
            "Sessions of users: a cookie in browsers; for others an access token for minutes and a refresh "
            "token for weeks.",
        ),
        ("Single sign-on", "Signing in through OpenID Connect providers, and their settings."),
        ("Tenant settings", "How the tenant presents itself: its name, logo, language and currency."),
        ("Account", "What users see and change of themselves."),
        (
            "Objects",
            "What the tenant keeps records of: objects with their fields, made and changed at any time.",
        ),
        ("Jobs", "Imports that run in the background."),
        ("Users", "People who sign in: invited, given roles, let in no more."),
        ("Roles", "What people may do: permissions, the fields and the records that they are for."),
        ("API keys", "For programs, which act for the people who made them."),
        ("Sessions", "Where people are signed in."),
        ("Second factors", "Authenticator apps, passkeys and recovery codes."),
        ("Support access", "Requests of operators for access, and the access in force."),
        ("Audit", "Who did what."),
        ("Records", "Of every object of the tenant, in one way."),
        ("All objects", "Counts and a search over the records of several objects."),
        ("Apps and pages", "How objects are laid out for people, and what of it there is for whom."),
        ("Views", "Saved ways of looking at an object's records."),
        ("Service", "What can it do?"),
    ),
    security_schemes={
        "user": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "An access token, from /api/v1/auth/login, or an API key (`fhk_…`).",
        },
        "session": {
            "type": "apiKey",
            "in": "cookie",
            "name": "__Host-freehold",
            "description": (
                "The cookie of a browser's session, from /api/v1/auth/session; without `__Host-` in local "
                "mode. It counts without an Authorization header only. Requests with POST, PUT, PATCH or "
                "DELETE must come from a page of the same origin: otherwise 403 `cross-site`."
            ),
        },
    },
    guard=requires_user,
    refused=OPERATORS_PATHS,
    problems=(400, 403, 404, 429, 500, 503),
    secured_problems=(401,),
    secured_headers=("Metadata-Version",),
    takes_key=takes_key,
)
