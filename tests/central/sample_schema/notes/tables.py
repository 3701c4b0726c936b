"""Notes about people."""

from piccolo.columns import JSON, UUID, Boolean, ForeignKey, Text
from piccolo.table import Table

from piccolo_engines.columns import Timestamps, new_id
from tests.central.sample_schema.people.tables import Person

__all__ = ["Note"]


class Note(Timestamps, Table):
    id = UUID(primary_key=True, default=new_id)
    person = ForeignKey(Person, index=True)
    text = Text()
    pinned = Boolean(default=False)
    extra = JSON()
