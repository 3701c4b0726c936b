"""Dependencies for users and how they sign in; a part of :mod:`api.dependencies`."""

from collections.abc import Callable
from typing import Any, Final

from api.operations.operator_factors import OperatorFactors
from api.requests.request import ApiRequest
from tenant_schema.records.reading.explain import Explanations
from tenant_schema.users.account.forgotten import ForgottenPasswords
from tenant_schema.users.account.service import Account
from tenant_schema.users.api_keys.service import ApiKeys
from tenant_schema.users.audit.service import AuditTrail
from tenant_schema.users.factors.service import Factors
from tenant_schema.users.identity_providers.service import IdentityProviders
from tenant_schema.users.identity_providers.single_sign_on import SingleSignOn
from tenant_schema.users.links.service import Invitations
from tenant_schema.users.permissions.service import Permissions
from tenant_schema.users.preferences.service import Preferences
from tenant_schema.users.roles.service import Roles
from tenant_schema.users.service import Users
from tenant_schema.users.sessions.service import Sessions
from tenant_schema.users.sign_in.browser_sessions import BrowserSessions
from tenant_schema.users.sign_in.browser_sign_in import BrowserSignIn
from tenant_schema.users.sign_in.confirmation import Confirmation
from tenant_schema.users.sign_in.passkeys import Passkeys
from tenant_schema.users.sign_in.service import Authentication
from tenant_schema.users.sign_in.settings import SignInSettingsService
from tenant_schema.users.tenant_settings.service import TenantSettingsService

__all__ = [
    "USER_PROVIDERS",
    "provide_account",
    "provide_api_keys",
    "provide_audit",
    "provide_authentication",
    "provide_browser_sessions",
    "provide_browser_sign_in",
    "provide_confirmation",
    "provide_explanations",
    "provide_factors",
    "provide_forgotten",
    "provide_identity_providers",
    "provide_invitations",
    "provide_operator_factors",
    "provide_passkeys",
    "provide_permissions",
    "provide_preferences",
    "provide_roles",
    "provide_sessions",
    "provide_sign_in_settings",
    "provide_single_sign_on",
    "provide_tenant_settings",
    "provide_users",
]


def provide_authentication(request: ApiRequest) -> Authentication:
    """Sign-in and sign-out."""
    return request.platform.authentication


def provide_browser_sessions(request: ApiRequest) -> BrowserSessions:
    """Sessions of browsers."""
    return request.platform.browser_sessions


def provide_browser_sign_in(request: ApiRequest) -> BrowserSignIn:
    """Signing in to sessions of browsers."""
    return request.platform.browser_sign_in


def provide_identity_providers(request: ApiRequest) -> IdentityProviders:
    """The tenant's identity providers."""
    return request.platform.identity.providers


def provide_single_sign_on(request: ApiRequest) -> SingleSignOn:
    """Sign-ins through identity providers."""
    return request.platform.identity.single_sign_on


def provide_factors(request: ApiRequest) -> Factors:
    """Second factors of users."""
    return request.platform.factors


def provide_operator_factors(request: ApiRequest) -> OperatorFactors:
    """Second factors of operators."""
    return request.platform.operator_factors


def provide_passkeys(request: ApiRequest) -> Passkeys:
    """Sign-in with passkeys."""
    return request.platform.passkeys


def provide_confirmation(request: ApiRequest) -> Confirmation:
    """Authenticating again in a session."""
    return request.platform.confirmation


def provide_users(request: ApiRequest) -> Users:
    """The tenant's users."""
    return request.platform.people.users


def provide_forgotten(request: ApiRequest) -> ForgottenPasswords:
    """Requests for password resets."""
    return request.platform.people.forgotten


def provide_account(request: ApiRequest) -> Account:
    """The caller's account."""
    return request.platform.people.account


def provide_invitations(request: ApiRequest) -> Invitations:
    """Invitations and one-time links."""
    return request.platform.people.invitations


def provide_roles(request: ApiRequest) -> Roles:
    """Roles and their permissions."""
    return request.platform.people.roles


def provide_permissions(request: ApiRequest) -> Permissions:
    """Permissions."""
    return request.platform.people.permissions


def provide_preferences(request: ApiRequest) -> Preferences:
    """What frontends keep for the caller."""
    return request.platform.people.preferences


def provide_explanations(request: ApiRequest) -> Explanations:
    """Explanations of permissions."""
    return request.platform.people.explanations


def provide_api_keys(request: ApiRequest) -> ApiKeys:
    """API keys of programs."""
    return request.platform.people.api_keys


def provide_sign_in_settings(request: ApiRequest) -> SignInSettingsService:
    """How users sign in to the tenant, and which pages may call its API."""
    return request.platform.people.sign_in_settings


def provide_tenant_settings(request: ApiRequest) -> TenantSettingsService:
    """How the tenant presents itself."""
    return request.platform.people.tenant_settings


def provide_sessions(request: ApiRequest) -> Sessions:
    """Sessions of users."""
    return request.platform.people.sessions


def provide_audit(request: ApiRequest) -> AuditTrail:
    """The tenant's audit trail."""
    return request.platform.people.audit


USER_PROVIDERS: Final[tuple[Callable[..., Any], ...]] = (
    provide_account,
    provide_api_keys,
    provide_audit,
    provide_authentication,
    provide_browser_sessions,
    provide_browser_sign_in,
    provide_confirmation,
    provide_explanations,
    provide_factors,
    provide_forgotten,
    provide_identity_providers,
    provide_invitations,
    provide_operator_factors,
    provide_passkeys,
    provide_permissions,
    provide_preferences,
    provide_roles,
    provide_sessions,
    provide_sign_in_settings,
    provide_single_sign_on,
    provide_tenant_settings,
    provide_users,
)
