"""Parses the settings of one field, and collects every problem."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from tenant_schema.problems import MAX_PROBLEMS, Problem, ProblemCollector, shortened, suggestion

__all__ = ["Settings", "SettingsReader"]

Settings = Mapping[str, Any]


class SettingsReader:
    """Parses settings: read each with the method of its kind, then call ``finish``, which refuses all others.

    A setting that is missing or null has its default.
    """

    def __init__(self, raw: Mapping[str, object]) -> None:
        self._raw = raw
        self._settings: dict[str, Any] = {}
        self._problems = ProblemCollector()

    def integer(self, name: str, *, default: int, least: int, most: int) -> int:
        """Read a whole number between two limits, both included. The default replaces an invalid one."""
        value = self._raw.get(name)
        value = default if value is None else value
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            self.refuse(name, "out-of-range", f"must be a whole number from {least:,} to {most:,}")
            value = default
        self._settings[name] = value
        return value

    def choice(self, name: str, choices: Sequence[str], *, default: str) -> None:
        """Read one of several words."""
        value = self._raw.get(name)
        value = default if value is None else value
        if value not in choices:
            message = f"must be one of {', '.join(choices)}"
            self.refuse(name, "not-an-option", message, suggestion(str(value), choices))
        self._settings[name] = value

    def given(self, name: str) -> object:
        """Return the setting unchecked, for the caller to check and ``keep``; None if it is missing."""
        return self._raw.get(name)

    def keep(self, name: str, value: object) -> None:
        """Set a value that the caller has checked."""
        self._settings[name] = value

    def refuse(self, name: str, code: str, message: str, did_you_mean: str | None = None) -> None:
        """Add a problem of a setting, or of a part of it (``options.3``)."""
        self._settings.setdefault(name.partition(".")[0], None)
        self._problems.add(name, code, message, did_you_mean)

    def finish(self) -> tuple[Settings, list[Problem]]:
        """Return the settings and every problem, including unknown settings."""
        known = tuple(self._settings)
        unknown = [name for name in self._raw if name not in self._settings]
        for name in unknown[: MAX_PROBLEMS + 1]:
            message = f"there is no setting {shortened(name)!r} for this type"
            self._problems.add(name, "unknown-setting", message, suggestion(name, known))
        self._problems.count(max(0, len(unknown) - MAX_PROBLEMS - 1))
        return MappingProxyType(self._settings), self._problems.problems
