"""A table to send queries through."""

from piccolo.columns import Integer
from piccolo.table import Table


class Number(Table):
    value = Integer()
