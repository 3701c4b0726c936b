"""The status of every error: one table for the errors of all packages."""

from collections.abc import Mapping
from typing import Final

from api.errors import (
    BodyTooLarge,
    BodyTooSlow,
    CrossSite,
    InvalidIfMatch,
    InvalidIfNoneMatch,
    InvalidQuery,
    MalformedAddress,
    MalformedJson,
    MalformedMultipart,
    NotAuthenticated,
    NotReady,
    TenantArchived,
    TenantNotReady,
    TenantReadOnly,
    TenantSuspended,
    TooManyAtOnce,
    TooManyOfTenant,
    TooManyValues,
    UnsupportedContentEncoding,
    UnsupportedMediaType,
    UploadNotStored,
)
from central import errors as central
from central.backups import errors as backups
from central.domains.errors import DomainLookupFailed, DomainNotProven, TooManyDomainClaims
from central.jobs import errors as jobs
from central.lifecycle import errors as lifecycle
from central.plans import errors as plans
from central.provisioning.errors import (
    NoDatabaseUser,
    OperationRunning,
    PasswordChanging,
    ProvisioningError,
)
from central.servers import DatabaseExists, NoServerHasRoom, UnknownServer, UserExists
from central.tenancy.engines import EnginesBusy, TenantGone
from central.upgrades import errors as upgrades
from piccolo_engines import errors as engines
from piccolo_engines.idempotency import IdempotencyBusy, IdempotencyMismatch, InvalidIdempotencyKey
from piccolo_engines.paging import InvalidCursor
from tenant_schema.apps import errors as apps
from tenant_schema.archives.contents.errors import ContentsBusy
from tenant_schema.archives.format.errors import ArchiveError
from tenant_schema.objects import errors as objects
from tenant_schema.preconditions import Outdated
from tenant_schema.problems import InvalidInput
from tenant_schema.records import errors as records
from tenant_schema.users import errors as users

__all__ = ["STATUSES"]

STATUSES: Final[Mapping[type[Exception], int]] = {
    # what was sent
    MalformedJson: 400,
    MalformedMultipart: 400,
    MalformedAddress: 400,
    InvalidIfMatch: 400,
    InvalidIfNoneMatch: 400,
    InvalidQuery: 400,
    records.InvalidQuery: 400,
    records.UnreadableCsv: 422,
    records.CursorInvalid: 400,
    records.CursorMismatch: 400,
    central.InvalidHost: 400,
    InvalidCursor: 400,
    InvalidIdempotencyKey: 400,
    BodyTooSlow: 408,
    BodyTooLarge: 413,
    TooManyValues: 413,
    UnsupportedMediaType: 415,
    UnsupportedContentEncoding: 415,
    InvalidInput: 422,
    central.InvalidName: 422,
    UnknownServer: 422,
    IdempotencyMismatch: 422,
    ArchiveError: 422,
    # who sent it
    NotAuthenticated: 401,
    users.Unauthenticated: 401,
    users.PermissionDenied: 403,
    apps.LayoutHidden: 403,
    records.ChangeDenied: 403,
    users.PasswordDisabled: 403,
    TenantSuspended: 403,
    CrossSite: 403,
    central.FirstTenantLinkInvalid: 403,
    plans.LimitReached: 403,
    # what it is about
    central.TenantNotFound: 404,
    jobs.JobNotFound: 404,
    upgrades.UpgradeNotFound: 404,
    plans.PlanNotFound: 404,
    backups.BackupNotFound: 404,
    TenantGone: 404,
    central.DomainNotFound: 404,
    objects.ObjectNotFound: 404,
    objects.FieldNotFound: 404,
    records.RecordNotFound: 404,
    records.ImportNotFound: 404,
    apps.AppNotFound: 404,
    apps.PageNotFound: 404,
    apps.ViewNotFound: 404,
    users.NotThere: 404,
    central.SlugTaken: 409,
    central.RegistryChanged: 409,
    central.DomainTaken: 409,
    DomainNotProven: 409,
    TooManyDomainClaims: 409,
    central.PrimaryDomainKept: 409,
    DatabaseExists: 409,
    NoServerHasRoom: 409,
    plans.PlanInUse: 409,
    UserExists: 409,
    central.WrongStatus: 409,
    backups.BackupsNotConfigured: 409,
    backups.NothingToBackUp: 409,
    backups.BackupNotProven: 409,
    backups.DataKeyMissing: 409,
    backups.ProofFailed: 409,
    jobs.JobNotRetryable: 409,
    upgrades.UpgradeError: 409,
    jobs.JobNotCancellable: 409,
    IdempotencyBusy: 409,
    PasswordChanging: 409,
    OperationRunning: 409,
    lifecycle.KeptDatabaseNotFound: 404,
    lifecycle.LifeCycleError: 409,
    NoDatabaseUser: 409,
    objects.ChangeRefused: 409,
    records.UniqueConflict: 409,
    users.Taken: 409,
    users.Kept: 409,
    records.StillReferenced: 409,
    records.TooManyDependents: 409,
    records.ImportTaken: 409,
    records.OtherNumber: 409,
    apps.NameTaken: 409,
    apps.TooMany: 409,
    records.PreconditionFailed: 412,
    Outdated: 412,
    # not now
    ContentsBusy: 503,
    users.TooManyAttempts: 429,
    TooManyOfTenant: 429,
    plans.RequestsRefused: 429,
    records.TooManyImports: 429,
    TooManyAtOnce: 503,
    users.TooBusy: 503,
    EnginesBusy: 503,
    central.CredentialsUnreadable: 503,
    central.DatabaseMismatch: 503,
    central.TenantUpgrading: 503,
    ProvisioningError: 503,
    jobs.JobError: 503,
    backups.BackupError: 503,
    UploadNotStored: 503,
    TenantNotReady: 503,
    TenantReadOnly: 503,
    TenantArchived: 503,
    NotReady: 503,
    DomainLookupFailed: 503,
    engines.ConnectionLost: 503,
    engines.ServerTooOld: 503,
    engines.AccessDenied: 503,
    engines.DatabaseMissing: 503,
    engines.StorageFailed: 503,
    engines.PoolTimeout: 503,
    engines.LockTimeout: 503,
    engines.StatementTimeout: 503,
    objects.TablesDiffer: 503,
    engines.Deadlock: 503,
    engines.TransactionEnded: 503,
    engines.SchemaMismatch: 503,  # definitions have just changed, and the request ran in a transaction
}
"""The nearest class of an error's ancestry applies. Errors that are not listed are internal: 500."""
