"""The filter of ``search``, from the words that were typed."""

from collections.abc import Mapping, Sequence

from tenant_schema.objects.model.model import FieldModel, ObjectModel
from tenant_schema.records.query.model import NOTHING, Filter
from tenant_schema.records.query.search import is_searched
from tenant_schema.records.sql.dialects.protocol import RecordsDialect

__all__ = ["search_filter"]


def search_filter(
    words: Sequence[str], model: ObjectModel, readable: Mapping[str, FieldModel], dialect: RecordsDialect
) -> Filter:
    """The filter for records that contain all words in fields that may be read.

    :param words: see :func:`tenant_schema.records.query.search.words_of`; without any, nothing passes.
    :param readable: the caller's fields by name, at least one searched field among them.
    :raises InvalidQuery: the object has no search index yet.
    """
    fields = [field for field in model.fields.values() if is_searched(field)]
    open_columns = tuple(sorted(one.column_name for one in fields if one.name in readable))
    only = open_columns if len(open_columns) < len(fields) else ()
    return dialect.search(words, model, only) if words else NOTHING
