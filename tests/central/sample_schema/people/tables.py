"""Teams, and the people in them."""

from piccolo.columns import UUID, ForeignKey, OnDelete, Varchar
from piccolo.table import Table

from piccolo_engines.columns import Timestamps, new_id

__all__ = ["Person", "Team"]


class Team(Timestamps, Table):
    id = UUID(primary_key=True, default=new_id)
    name = Varchar(length=100, unique=True)


class Person(Timestamps, Table):
    id = UUID(primary_key=True, default=new_id)
    name = Varchar(length=100, index=True)
    email = Varchar(length=200, unique=True)
    nickname = Varchar(length=50, null=True, default=None, index=True)
    manager = ForeignKey("self", null=True)
    team = ForeignKey(Team, on_delete=OnDelete.cascade, null=False)
