"""Every table of a tenant's database is in archives, or is left out for a reason."""

from importlib import import_module

import piccolo_conf
from tenant_schema.archives.contents.tables import (
    ARCHIVED,
    OF_THIS_TENANT,
    PASSING,
    header_of,
    schema_tables,
    system_tables,
)
from tenant_schema.standard.definitions import STANDARD_OBJECTS


def test_each_table_is_decided_on_once() -> None:
    """A table that is in none of the three is archived; say so, or give the reason why it is not."""
    named = [table._meta.tablename for table in schema_tables()]
    decided = [*ARCHIVED, *OF_THIS_TENANT, *PASSING]
    assert sorted(named) == sorted(decided)


def test_all_other_tables_of_the_apps_are_those_of_standard_objects() -> None:
    apps = [import_module(name).APP_CONFIG for name in piccolo_conf.TENANT_APPS]
    tables = {table._meta.tablename for app in apps for table in app.table_classes}
    others = tables - {table._meta.tablename for table in schema_tables()}
    assert others == {draft.name for draft in STANDARD_OBJECTS}


def test_a_reason_is_a_sentence() -> None:
    assert all(len(reason) > 10 for reason in {**PASSING, **OF_THIS_TENANT}.values())


def test_headers_say_nothing_that_depends_on_the_database() -> None:
    headers = [header_of(one) for one in system_tables(str)]
    columns = {one.table: {column.name for column in one.columns} for one in headers}
    assert {one.table for one in headers} == ARCHIVED | OF_THIS_TENANT.keys()
    assert {"storage", "sort_key"}.isdisjoint(columns["field_definitions"])
