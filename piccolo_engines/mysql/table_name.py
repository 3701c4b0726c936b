"""The name of a table with the database that it is in."""

from dataclasses import dataclass

from piccolo_engines.mysql.literals import quote_name

__all__ = ["TableName"]


@dataclass(frozen=True, slots=True)
class TableName:
    """A table in the session's database (``schema`` is None) or in another one."""

    name: str
    schema: str | None = None

    @property
    def sql(self) -> str:
        """The quoted name, qualified when there is a schema."""
        return (quote_name(self.schema) + "." if self.schema else "") + quote_name(self.name)
