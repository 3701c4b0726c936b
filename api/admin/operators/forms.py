"""The forms for operations on tenants.

Each calls one service method that REST calls, and is audited alike.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Final
from uuid import UUID

from api.admin.columns import Column
from api.admin.errors import FormRefused
from api.admin.operators.life_cycle_forms import ArchiveTenant, MoveTenant, RestoreTenant
from api.admin.operators.support import AskForSupport, EnterTenant
from api.admin.site import Form
from api.admin.values import as_json
from api.composition import Platform
from api.errors import InvalidBody
from api.operations.create_tenant import TenantCreation, faults_of
from api.operations.life_cycle_acts import LifeCycleActs
from api.operations.support_acts import SupportActs
from api.operations.tenant_acts import TenantActs
from api.requests.bodies import decode_struct
from api.schemas.tenants import NewTenant
from central.errors import InvalidDomain
from central.hostnames import parse_tenant_domain
from central.operators.audit import Actor
from central.operators.service import OperatorRef
from central.registry import DomainRecord
from tenant_schema.problems import Problem

__all__ = [
    "AddDomain",
    "ChangePassword",
    "CreateTenant",
    "Delete",
    "Disconnect",
    "ReadOnly",
    "RemoveDomain",
    "Rename",
    "Resume",
    "Suspend",
    "VerifyDomain",
    "operator_forms",
]

_AddressOf = Callable[[str], str]
_GROUP: Final = "Tenants"
_TENANT: Final = Column(
    name="tenant",
    title="Tenant",
    required=True,
    nullable=False,
    help_text="Its slug, such as acme.",
)


def operator_forms(
    platform: Platform, operator: OperatorRef, actor: Actor, address: _AddressOf
) -> Sequence[Form]:
    """Return the forms in the menu's order.

    :param address: returns the address of a host, with scheme and port.
    """
    acts = TenantActs(platform, actor)
    on_tenants: list[type[_OnTenant]] = [
        Suspend,
        ReadOnly,
        Resume,
        Rename,
        AddDomain,
        VerifyDomain,
        RemoveDomain,
        ChangePassword,
        Disconnect,
        Delete,
    ]
    support, life_cycle = SupportActs(platform, actor), LifeCycleActs(platform, actor)
    return [
        CreateTenant(platform, operator, actor, address),
        *[form(acts, address) for form in on_tenants],
        MoveTenant(life_cycle),
        RestoreTenant(life_cycle),
        ArchiveTenant(life_cycle),
        AskForSupport(support),
        EnterTenant(support),
    ]


class CreateTenant:
    """Creates a tenant and shows its passwords once."""

    name = "Create a tenant"
    group = _GROUP
    checks_values = True
    description = (
        "Makes a database, a database user, the schema, the roles and the first administrator, and serves "
        "the tenant. The passwords are shown once: keep them before you go on."
    )

    def __init__(self, platform: Platform, operator: OperatorRef, actor: Actor, address: _AddressOf) -> None:
        self._platform = platform
        self._address = address
        self._creation = TenantCreation(platform, operator, actor)

    async def fields(self) -> Sequence[Column]:
        """The fields of the REST request."""
        servers = self._servers()
        help_text = "Leave it open for the default."
        where = Column(name="server", title="Database server", choices=servers, help_text=help_text)
        return [
            Column(name="name", title="Name", required=True, nullable=False),
            Column(name="slug", title="Slug", required=True, nullable=False, help_text="Such as acme."),
            Column(
                name="primary_domain",
                title="Domain",
                required=True,
                nullable=False,
                help_text=f"A label under {self._platform.settings.base_domains[0]}, or a full host name.",
            ),
            Column(name="admin_name", title="First administrator's name"),
            Column(name="admin_email", title="First administrator's e-mail address"),
            Column(
                name="admin_password",
                title="First administrator's password",
                format="password",
                help_text="Leave it empty to have one made.",
            ),
            *([where] if servers else []),
        ]

    async def submit(self, values: Mapping[str, Any]) -> str:
        """Create the tenant."""
        server = values.get("server")
        if server and server not in self._servers():
            raise InvalidBody([Problem("server", "unknown-server", "There is no such database server.")])
        wanted = self._wanted(values)
        kept = await self._creation.run(wanted, None)
        return _passwords(kept.body, self._address)

    def _servers(self) -> Mapping[str, str]:
        return {one.name: one.name for one in self._platform.servers if ":" in one.name}

    def _wanted(self, values: Mapping[str, Any]) -> NewTenant:
        """Return the REST request. Raises :class:`~api.errors.InvalidBody` for an invalid one."""
        given: dict[str, Any] = {
            ours: text
            for ours, name in (("name", "name"), ("slug", "slug"), ("primaryDomain", "primary_domain"))
            if (text := str(values.get(name) or "").strip())
        }
        name, email, password = (values.get(f"admin_{part}") for part in ("name", "email", "password"))
        if name or email or password:
            given["admin"] = {
                "name": name or "",
                "email": email or self._usual_email(given),
                "password": password or None,
            }
        host, _, port = str(values.get("server") or "").rpartition(":")
        if host:
            given |= {"dbHost": host, "dbPort": int(port)}
        base_domains = self._platform.settings.base_domains
        return decode_struct(as_json(given), NewTenant, lambda body: faults_of(body, base_domains))

    def _usual_email(self, given: Mapping[str, str]) -> str:
        try:
            domain = parse_tenant_domain(given.get("primaryDomain", ""), self._platform.settings.base_domains)
        except InvalidDomain:  # reported with the other problems
            return "admin@invalid.example"
        return f"admin@{domain}"


class _OnTenant(ABC):
    """An operation on an existing tenant."""

    name: ClassVar[str]
    description: ClassVar[str]
    group = _GROUP
    checks_values = False
    more: ClassVar[Sequence[Column]] = ()

    def __init__(self, acts: TenantActs, address: _AddressOf) -> None:
        self._acts = acts
        self._address = address

    async def fields(self) -> Sequence[Column]:
        """The tenant, and further fields of the operation."""
        return [_TENANT, *self.more]

    async def submit(self, values: Mapping[str, Any]) -> str:
        """Find the tenant and run the operation."""
        tenant = await self._acts.platform.registry.by_slug(values["tenant"].strip().lower())
        return await self.act(tenant.id, tenant.slug, values)

    @abstractmethod
    async def act(self, tenant_id: UUID, slug: str, values: Mapping[str, Any]) -> str:
        """Run the operation. Returns the message for the operator."""


class Suspend(_OnTenant):
    """Stops serving the tenant."""

    name = "Suspend a tenant"
    description = "Its hosts respond with 403 from the next request on. Its data is kept."

    async def act(self, tenant_id: UUID, slug: str, values: Mapping[str, Any]) -> str:  # noqa: ARG002 (the form of an act)
        """Suspend it."""
        await self._acts.suspend(tenant_id)
        return f"{slug} is suspended."


class ReadOnly(_OnTenant):
    """Lets the tenant be read and not changed."""

    name = "Set a tenant to read-only"
    description = "Reads go on; whatever would change something is refused, sign-ins included."

    async def act(self, tenant_id: UUID, slug: str, values: Mapping[str, Any]) -> str:  # noqa: ARG002 (the form of an act)
        """Make it read-only."""
        await self._acts.make_read_only(tenant_id)
        return f"{slug} is read-only."


class Resume(_OnTenant):
    """Serves the tenant as before."""

    name = "Resume a tenant"
    description = "It is served again from the next request on, if it was suspended or read-only."

    async def act(self, tenant_id: UUID, slug: str, values: Mapping[str, Any]) -> str:  # noqa: ARG002 (the form of an act)
        """Resume it."""
        await self._acts.resume(tenant_id)
        return f"{slug} is served again."


class Rename(_OnTenant):
    """Changes the display name."""

    name = "Rename a tenant"
    description = "Its slug, domains and database keep their names."
    more = (Column(name="name", title="New name", required=True, nullable=False),)

    async def act(self, tenant_id: UUID, slug: str, values: Mapping[str, Any]) -> str:
        """Rename it."""
        record = await self._acts.rename(tenant_id, values["name"])
        return f"{slug} is called {record.ref.name} now."


class AddDomain(_OnTenant):
    """Adds a host name."""

    name = "Add a domain"
    description = (
        "A name under a base domain, and a trusted one, leads to the tenant at once; any other one when a "
        "record in the DNS proves it."
    )
    more = (
        Column(
            name="domain",
            title="Domain",
            required=True,
            nullable=False,
            help_text="A label under the first base domain, or a full host name.",
        ),
        Column(
            name="trusted",
            title="Trusted",
            type="boolean",
            help_text="Serve the name without a proof in the DNS.",
        ),
    )

    async def act(self, tenant_id: UUID, slug: str, values: Mapping[str, Any]) -> str:
        """Add it."""
        trusted = True if values.get("trusted") is True else None
        added = await self._acts.add_domain(tenant_id, values["domain"].strip(), trusted=trusted)
        if isinstance(added, DomainRecord):
            return f"{self._address(added.domain)} leads to {slug}."
        wanted = (await self._acts.platform.domains.challenge(added)).in_words(added.domain)
        return f"{added.domain} leads to {slug} when the DNS has {' or '.join(wanted)}."


class VerifyDomain(_OnTenant):
    """Looks up whether the DNS proves a host name."""

    name = "Verify a domain"
    description = "It leads to the tenant at once if the DNS has a record that proves it."
    more = (Column(name="domain", title="Domain", required=True, nullable=False),)

    async def act(self, tenant_id: UUID, slug: str, values: Mapping[str, Any]) -> str:
        """Look it up."""
        record = await self._acts.verify_domain(tenant_id, values["domain"].strip())
        return f"{self._address(record.domain)} is proven, and leads to {slug}."


class RemoveDomain(_OnTenant):
    """Removes a host name."""

    name = "Remove a domain"
    description = "The primary one stays as long as the tenant."
    more = (Column(name="domain", title="Domain", required=True, nullable=False),)

    async def act(self, tenant_id: UUID, slug: str, values: Mapping[str, Any]) -> str:
        """Remove it."""
        domain = await self._acts.remove_domain(tenant_id, values["domain"].strip())
        return f"{domain} does not lead to {slug} any more."


class ChangePassword(_OnTenant):
    """Changes the password of the database user."""

    name = "Change a database password"
    description = "Requests go on meanwhile. The new password is shown once, and kept encrypted."
    more = (
        Column(
            name="end_connections",
            title="End open connections",
            type="boolean",
            help_text="Of whoever uses the old password; requests under way fail.",
        ),
    )

    async def act(self, tenant_id: UUID, slug: str, values: Mapping[str, Any]) -> str:
        """Change it."""
        ends = values.get("end_connections") is True
        login = await self._acts.change_password(tenant_id, ends_connections=ends)
        return (
            f"{slug} has another database password.\n\nDatabase user: {login.db_username}\n"
            f"Database password: {login.db_password}\n\nIt is shown here and never again."
        )


class Disconnect(_OnTenant):
    """Closes the connections to the database."""

    name = "Disconnect a tenant"
    description = "Every process closes its connections; the next request opens them again."
    more = (
        Column(
            name="force",
            title="At once",
            type="boolean",
            help_text="Do not wait for requests under way; they fail.",
        ),
    )

    async def act(self, tenant_id: UUID, slug: str, values: Mapping[str, Any]) -> str:
        """Close them."""
        closed = await self._acts.disconnect(tenant_id, force=values.get("force") is True)
        return f"The connections of {slug} are being closed: {closed} were open."


class Delete(_OnTenant):
    """Deletes the tenant with its data."""

    name = "Delete a tenant"
    description = (
        "Its database goes with it. Where backups are stored, it can be restored for some days "
        "(DELETED_TENANT_DAYS); otherwise there is no way back."
    )
    more = (
        Column(
            name="confirm",
            title="Its slug once more",
            required=True,
            nullable=False,
            help_text="So that no tenant goes by mistake.",
        ),
    )

    async def act(self, tenant_id: UUID, slug: str, values: Mapping[str, Any]) -> str:
        """Delete it."""
        if values["confirm"].strip() != slug:
            raise FormRefused(f"Nothing was deleted: write {slug} twice to delete it.")
        until = await self._acts.delete(tenant_id)
        if until is not None:
            return f"{slug} is deleted. It can be restored until {until:%Y-%m-%d %H:%M} UTC."
        return f"{slug} is deleted, with its database."


def _passwords(response: Any, address: _AddressOf) -> str:
    """Return the REST response as text."""
    lines = [
        f"{response['slug']} is served at {address(response['domain'])}.",
        f"Its admin: {address(response['domain'])}/admin/",
        "",
        f"First administrator: {response['admin']['email']}",
        f"Password: {response['admin']['password']}",
        "",
        f"Database: {response['dbName']}",
    ]
    if response["dbUsername"] is not None:
        lines += [f"Database user: {response['dbUsername']}", f"Database password: {response['dbPassword']}"]
    return "\n".join([*lines, "", "These passwords are shown here and never again."])
