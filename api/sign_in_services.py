"""The services of signing in."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from api.admin.services import admin_services
from api.directory.services import central_sign_in_services
from api.factor_services import factor_secrets, factor_services
from api.identity_services import identity_services
from api.operations.operator_factors import OperatorFactors
from central.operators.service import Operators
from central.secrets.vault import Vault
from central.settings.settings import Settings
from central.tenancy.tenancy import Tenancy
from tenant_schema.tenant_cache import VersionedCache
from tenant_schema.users.account_changes import AccountChanges
from tenant_schema.users.factors.service import Factors
from tenant_schema.users.factors.store import FactorStore
from tenant_schema.users.mails import Mails
from tenant_schema.users.passwords.hashing import Passwords
from tenant_schema.users.sessions.store import SessionLimits
from tenant_schema.users.sign_in.access_tokens import AccessTokens, SigningKeys
from tenant_schema.users.sign_in.browser_sessions import BrowserSessions
from tenant_schema.users.sign_in.browser_sign_in import BrowserSignIn
from tenant_schema.users.sign_in.confirmation import Confirmation
from tenant_schema.users.sign_in.notices import FactorRemovedNotice, NewBrowserNotice
from tenant_schema.users.sign_in.passkeys import Passkeys
from tenant_schema.users.sign_in.service import Authentication
from tenant_schema.users.sign_in.session_secrets import SessionSecrets
from tenant_schema.users.sign_in.throttle import Throttle
from tenant_schema.users.support.tickets import SupportTickets

__all__ = ["central_sign_in", "sign_in_services"]


def sign_in_services(
    settings: Settings,
    vault: Vault,
    passwords: Passwords,
    operators: Operators,
    cache: VersionedCache,
    changes: AccountChanges,
    mails: Mails,
) -> dict[str, Any]:
    """Create the services of signing in, by their names in :class:`~api.composition.Platform`."""
    limits, throttle = _session_limits(settings), Throttle()
    factors = factor_services(vault, throttle)
    authentication = Authentication(
        passwords=passwords,
        tokens=AccessTokens(partial(_signing_keys, vault), seconds=settings.access_token_seconds),
        throttle=throttle,
        cache=cache,
        factors=factors.required,
        limits=limits,
        mails=mails,
    )
    sessions = _browser_sessions(vault, cache, factors.store, limits, mails)
    passkeys = Passkeys(factors.store, factors.challenges, sessions)
    tickets = SessionSecrets(partial(_signing_keys, vault, purpose="support-tickets"))
    admin = admin_services(settings, operators, authentication, partial(_admin_keys, vault))
    return {
        "support_tickets": SupportTickets(tickets, sessions),
        "admin": admin,
        "operator_factors": OperatorFactors(
            factor_secrets(vault), admin.operator_throttle, is_required=settings.operators_need_factor
        ),
        "authentication": authentication,
        "browser_sessions": sessions,
        "browser_sign_in": BrowserSignIn(authentication, factors.required, sessions),
        "identity": identity_services(settings, vault, cache, sessions, changes, mails),
        "factors": Factors(factors.store, cache, FactorRemovedNotice(mails)),
        "second_factors": factors.required,
        "passkeys": passkeys,
        "confirmation": Confirmation(authentication, factors.required, passkeys, throttle, cache),
    }


def central_sign_in(
    vault: Vault, tenancy: Tenancy, passwords: Passwords, directory: dict[str, Any], sign_in: dict[str, Any]
) -> dict[str, Any]:
    return central_sign_in_services(
        directory["directory"],
        tenancy,
        passwords,
        sign_in["authentication"],
        sign_in["browser_sessions"],
        sign_in["second_factors"],
        partial(_signing_keys, vault, purpose="tickets"),
    )


def _browser_sessions(
    vault: Vault, cache: VersionedCache, factors: FactorStore, limits: SessionLimits, mails: Mails
) -> BrowserSessions:
    secrets = SessionSecrets(partial(_signing_keys, vault, purpose="browser-sessions"))
    notice = NewBrowserNotice(mails)
    return BrowserSessions(secrets, cache, factors, limits=limits, on_new_browser=notice)


def _session_limits(settings: Settings) -> SessionLimits:
    return SessionLimits(idle=timedelta(seconds=settings.refresh_token_seconds))


def _admin_keys(vault: Vault, tenant_id: UUID) -> SigningKeys:
    return _signing_keys(vault, tenant_id, "admin-sessions")


def _signing_keys(vault: Vault, tenant_id: UUID, purpose: str = "access-tokens") -> SigningKeys:
    derived = vault.derive(purpose, tenant_id)
    return SigningKeys(derived.current_key_id, dict(derived))
