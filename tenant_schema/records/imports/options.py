"""The options of an import as its row contains them."""

import msgspec

from tenant_schema.records.csv.file_format import read_format
from tenant_schema.records.csv.import_csv import ImportOptions

__all__ = ["StoredOptions"]


class StoredOptions(msgspec.Struct, frozen=True, omit_defaults=True):
    """Options of an import; ``form`` are the query parameters about the file's format."""

    mapping: dict[str, str | None] | None = None
    good_lines: bool = False
    key: str | None = None
    form: dict[str, str] = {}
    rounds: bool = False

    def options(self) -> ImportOptions:
        """Return the options of the service."""
        return ImportOptions(
            mapping=self.mapping,
            good_lines=self.good_lines,
            key=self.key,
            form=read_format(self.form, rounds=self.rounds),
        )
