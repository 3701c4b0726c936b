"""What an archive may contain at most. A reader refuses more, before it has allocated memory for it."""

from typing import Final

__all__ = [
    "MAX_COLUMNS",
    "MAX_HEADER",
    "MAX_KEY_SLOTS",
    "MAX_LINE",
    "MAX_NAME",
    "MAX_ROWS",
    "MAX_TABLES",
    "MAX_WINDOW_LOG",
]

MAX_HEADER: Final = 65_536
"""Bytes of the header's JSON."""

MAX_KEY_SLOTS: Final = 16
"""Key slots of an archive."""

MAX_LINE: Final = 64 * 1024 * 1024
"""Bytes of a line, without the newline at its end."""

MAX_TABLES: Final = 20_000
"""Tables of an archive."""

MAX_COLUMNS: Final = 4_096
"""Columns of a table."""

MAX_NAME: Final = 255
"""Characters of the name of a table or column."""

MAX_ROWS: Final = 2**53
"""Rows of an archive: what every JSON reader represents exactly."""

MAX_WINDOW_LOG: Final = 23
"""The window of the zstd frame: 8 MiB."""
