"""The titles and explanations of the problems of tenants and their host names; a part of the catalog."""

from collections.abc import Mapping
from typing import Final

from api.problems.access_explanations import AGAIN

__all__ = ["TENANT_EXPLANATIONS"]

TENANT_EXPLANATIONS: Final[Mapping[str, tuple[str, str]]] = {
    "life-cycle": (
        "Operation not possible",
        "The operation on the tenant's database is not possible as it was requested; the detail says why.",
    ),
    "kept-database-not-found": (
        "Kept database not found",
        "The tenant has no kept database with this id. They are dropped some days after they were replaced.",
    ),
    "archive-pending": (
        "Archive pending",
        "The last backup of the tenant is being taken or proved. The operation continues by itself.",
    ),
    "contents-differ": (
        "Contents differ",
        "A copy of a tenant's database does not have the same contents. It was not used.",
    ),
    "contents-refused": (
        "Contents refused",
        "An archive cannot be loaded in the place of a tenant's database: it is damaged or another tenant's, "
        "or does not fit. The tenant is served as before; the job says why.",
    ),
    "source-not-usable": (
        "Source not usable",
        "A tenant can be created from one whose database is in use: active, read-only or suspended.",
    ),
    "tenant-not-found": (
        "Tenant not found",
        "No tenant has this host name, id or slug. Check the address; an operator can list the tenants.",
    ),
    "tenant-suspended": ("Tenant suspended", "An operator has suspended this tenant. Its data is kept."),
    "tenant-read-only": (
        "Tenant cannot be written",
        "The tenant's data can be read and not changed: an operator has decided so, or it is being moved. "
        "Sign-ins are refused as well, since they are recorded. " + AGAIN,
    ),
    "tenant-archived": (
        "Tenant archived",
        "The tenant's data is kept as an archive. An operator can bring it back.",
    ),
    "tenant-not-ready": ("Tenant not ready", "The tenant is still being created. " + AGAIN),
    "upgrade-not-found": (
        "Upgrade not found",
        "There is no upgrade with this id; `/setup/upgrades` lists them.",
    ),
    "upgrade-running": (
        "Upgrade running",
        "There is one upgrade of all tenants at a time: resume or cancel the one that has not ended.",
    ),
    "upgrade-ended": ("Upgrade ended", "The upgrade is done or cancelled. Begin another one."),
    "upgrade-error": ("Upgrade error", "Something is wrong with an upgrade of all tenants."),
    "upgrade-put-back-failed": (
        "Backup not restored yet",
        "The migration of a tenant failed, and its backup is being restored by a job that is repeated.",
    ),
    "upgrade-backup-failed": (
        "Backup before an upgrade failed",
        "The tenant was not upgraded, since it could not be backed up before.",
    ),
    "tenant-upgrading": (
        "Tenant being upgraded",
        "The tenant's database is being brought to the version of the service, or a newer version has done "
        "that already. Its data is kept. " + AGAIN,
    ),
    "database-mismatch": (
        "Database mismatch",
        "The database in the tenant's place is another one's, or nobody's: a file was exchanged, or a wrong "
        "backup restored. Nothing of it is served; the audit trail of the operators has the details.",
    ),
    "operation-running": (
        "Operation running",
        "An operation on the whole tenant has not ended; the jobs of the installation list it.",
    ),
    "operation-failed": (
        "Operation failed",
        "A step of an operation on the tenant failed. It is completed in the background.",
    ),
    "tenant-gone": ("Tenant gone", "The tenant is being deleted, or was deleted."),
    "slug-taken": ("Slug taken", "Another tenant has this slug. Choose another one."),
    "registry-changed": (
        "Registry changed",
        "Tenants or domains have changed since the request looked at them. " + AGAIN,
    ),
    "domain-taken": ("Domain taken", "A tenant has this domain already; a domain leads to one tenant only."),
    "domain-not-found": ("Domain not found", "The tenant does not have this domain."),
    "no-server-has-room": (
        "No server has room",
        "All database servers are full, draining or without weight. Change one of them, or name the server.",
    ),
    "plan-not-found": ("Plan not found", "There is no plan of this name; GET /setup/plans lists them."),
    "plan-in-use": ("Plan in use", "Tenants have the plan, so it cannot be deleted. Give them another one."),
    "limit-reached": (
        "Limit reached",
        "The tenant's plan does not allow more of what would be added. What is there stays, and can be read, "
        "changed and deleted. `limit` has its name, what the plan allows and what is used.",
    ),
    "too-many-requests": (
        "Too many requests",
        "The tenant's hosts get more requests in a second than its plan allows. Retry-After and RateLimit "
        "tell when there is room again.",
    ),
    "too-many-concurrent-requests": (
        "Too many concurrent requests",
        "The tenant has as many requests under way as its plan allows. Wait for one of them to end.",
    ),
    "not-proven": (
        "Not proven",
        "The DNS does not have the record that proves the host name. Set one of those that the detail names; "
        "a change may take minutes to arrive everywhere.",
    ),
    "domain-lookup-failed": (
        "Domain lookup failed",
        "The DNS gave no definite result about the host name. " + AGAIN,
    ),
    "too-many-domain-claims": (
        "Too many domain claims",
        "The tenant has as many unproven host names as it may have. Prove or remove some of them.",
    ),
    "primary-domain": ("Primary domain", "The primary domain of a tenant cannot be removed."),
    "wrong-status": (
        "Wrong status",
        "The tenant's status does not allow this. Read the tenant, and try again.",
    ),
    "invalid-slug": (
        "Invalid slug",
        "A slug has 1 to 40 lower-case letters, digits and hyphens, with a letter or digit at both ends.",
    ),
    "reserved-slug": ("Reserved slug", "The platform keeps this slug for itself. Choose another one."),
    "invalid-name": ("Invalid name", "The name does not follow its grammar; the detail says what is wrong."),
    "invalid-tenant-name": (
        "Invalid tenant name",
        "A tenant's name must not be empty, too long, or hold control characters.",
    ),
    "invalid-domain": ("Invalid domain", "The domain is not a host name that a tenant can be given."),
    "invalid-origin": (
        "Invalid origin",
        "An origin that may call the API is a scheme and a host, with a port where it is not the usual one: "
        "https://app.example.com. There are no patterns, and without TLS only localhost.",
    ),
    "unknown-database-server": (
        "Unknown database server",
        "What dbHost and dbPort name must be a server that this installation is set up for (DB_HOST, "
        "DB_HOSTS).",
    ),
    "database-exists": (
        "Database exists",
        "A database with the name that the tenant would get exists already. Choose another slug, or "
        "remove it.",
    ),
    "database-user-exists": (
        "Database user exists",
        "A database user with the name that the tenant would get exists already. Choose another slug, or "
        "remove it.",
    ),
    "no-database-user": (
        "No database user",
        "The tenant's database is a file, which has no user or password.",
    ),
}
