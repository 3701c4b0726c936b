"""What ``freehold migrate`` reports to programs."""

from collections.abc import Iterable

from api.schemas.common import Output

__all__ = ["Checked", "Migrated"]


class Migrated(Output):
    """The number of migrations that ran, per database, and the reasons of failures."""

    central: int
    tenants: dict[str, int]
    failures: dict[str, str]

    @classmethod
    def nothing(cls, slugs: Iterable[str]) -> "Migrated":
        """Return the outcome where nothing had to be done."""
        return cls(0, dict.fromkeys(slugs, 0), {})


class Checked(Output):
    """The number of migrations that a database lacks, what the registry has wrong, and failures.

    ``levels`` and ``failures`` have a sentence for each tenant concerned.
    """

    central: int
    tenants: dict[str, int]
    levels: dict[str, str]
    failures: dict[str, str]

    @property
    def is_up_to_date(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.central or self.levels or self.failures or any(self.tenants.values()))
