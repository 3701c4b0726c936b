"""The ways to sign in to a tenant, for its sign-in page."""

from dataclasses import dataclass

from tenant_schema.users.sign_in_tables import IdentityProvider, SignInSettings

__all__ = ["ProviderRecord", "SignInWays", "sign_in_ways"]


@dataclass(frozen=True, slots=True)
class ProviderRecord:
    """An identity provider of a sign-in page. ``name`` identifies it in the addresses of its routes."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class SignInWays:
    """The ways to sign in. ``passwords`` is False where only identity providers are used."""

    passwords: bool
    providers: tuple[ProviderRecord, ...]


async def sign_in_ways() -> SignInWays:
    """Return the ways to sign in to the bound tenant. 2 statements."""
    settings = await SignInSettings.select(SignInSettings.password_enabled).first()
    table = IdentityProvider
    rows = await table.select(table.name, table.label).where(table.active.eq(True)).order_by(table.label)
    providers = tuple(ProviderRecord(row["name"], row["label"] or row["name"]) for row in rows)
    return SignInWays(settings is None or settings["password_enabled"], providers)
