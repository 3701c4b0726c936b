"""The titles and explanations of the problems of backups; a part of the catalog."""

from collections.abc import Mapping
from typing import Final

__all__ = ["BACKUP_EXPLANATIONS"]

BACKUP_EXPLANATIONS: Final[Mapping[str, tuple[str, str]]] = {
    "backups-not-configured": (
        "No backups",
        "This installation stores no backups of tenants. Somebody who runs it can set BACKUP_URL.",
    ),
    "backup-not-found": ("Backup not found", "The tenant has no backup with this id, or not any more."),
    "backup-not-proven": (
        "Backup not proven",
        "The backup has not been restored beside the tenant successfully, so it may be damaged.",
    ),
    "nothing-to-back-up": (
        "Nothing to back up",
        "The tenant has no database at present. The detail has its status.",
    ),
    "data-key-missing": (
        "Data key missing",
        "The key of the tenant's archives was destroyed, or is not in this installation. Nothing opens them.",
    ),
    "proof-failed": ("Proof failed", "The backup is not what was backed up. The detail says how it differs."),
    "backup-store-unavailable": (
        "Backup store unavailable",
        "The store of backups does not respond, or has no space left. Try again later.",
    ),
    "backup-store-refuses": (
        "Backup store refuses",
        "The store of backups refuses access. Whoever runs the service can correct its address or keys.",
    ),
    "backup-object-missing": ("Backup missing", "The store of backups does not have the archive any more."),
    "backup-store-error": ("Backup store", "The store of backups did not do what was asked for."),
    "backup-error": ("Backup", "Something is wrong with a backup. The detail says what."),
}
