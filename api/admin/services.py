"""The services of the admins in addition to those of REST: browser sessions and throttling."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from api.admin.tenant.sessions import IDLE_SECONDS, TenantSessions
from central.operators.service import Operators
from central.operators.sessions import OperatorSessions
from central.settings.settings import Settings
from central.tables import CentralThrottle
from tenant_schema.users.sign_in.access_tokens import AccessTokens, SigningKeys
from tenant_schema.users.sign_in.service import Authentication
from tenant_schema.users.sign_in.throttle import Throttle

__all__ = ["AdminServices", "admin_services"]


@dataclass(frozen=True, slots=True)
class AdminServices:
    """The tenant's authentication counts a user's failures; an operator's are counted here."""

    operator_sessions: OperatorSessions
    operator_throttle: Throttle
    tenant_sessions: TenantSessions


def admin_services(
    settings: Settings,
    operators: Operators,
    authentication: Authentication,
    keys_for: Callable[[UUID], SigningKeys],
) -> AdminServices:
    """Create the services. ``keys_for`` returns a tenant's keys for this purpose only."""
    tokens = AccessTokens(keys_for, seconds=IDLE_SECONDS)
    return AdminServices(
        operator_sessions=OperatorSessions(operators, needs_factor=settings.operators_need_factor),
        operator_throttle=Throttle(table=CentralThrottle),
        tenant_sessions=TenantSessions(authentication, tokens),
    )
