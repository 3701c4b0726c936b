"""``tools/new-migration`` takes out of a migration what goes without saying, and nothing else."""

import ast
import sys
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

TOOL = Path(__file__).parents[2] / "tools" / "new-migration"


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    path = list(sys.path)
    loader = SourceFileLoader("new_migration", str(TOOL))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    sys.path[:] = path
    return module


def shortened(tool: ModuleType, statement: str) -> str:
    found: str = ast.unparse(tool.Shorter().visit(ast.parse(statement)))
    return found


def test_of_a_new_column_what_is_not_a_default_stays(tool: ModuleType) -> None:
    added = shortened(
        tool,
        "manager.add_column(table_class_name='User', tablename='users', column_name='email', "
        "db_column_name='email', column_class_name='Varchar', column_class=Varchar, params={'length': 254, "
        "'default': '', 'null': False, 'primary_key': False, 'unique': True, 'index': False, "
        "'index_method': IndexMethod.btree, 'choices': None, 'db_column_name': None, 'secret': True}, "
        "schema=None)",
    )
    params = "{'length': 254, 'default': '', 'null': False, 'unique': True, 'secret': True}"
    assert added == f"manager.add_column('User', 'users', 'email', column_class=Varchar, params={params})"


def test_another_name_in_the_database_stays(tool: ModuleType) -> None:
    added = shortened(
        tool,
        "manager.add_column(table_class_name='A', tablename='a', column_name='one', db_column_name='two', "
        "column_class_name='Text', column_class=Text, params={'db_column_name': 'two'}, schema=None)",
    )
    params = "{'db_column_name': 'two'}"
    assert added == (
        f"manager.add_column('A', 'a', 'one', db_column_name='two', column_class=Text, params={params})"
    )


@pytest.mark.parametrize(
    "statement",
    [
        "manager.alter_column(column_name='a', params={'unique': False}, old_params={'unique': True})",
        "manager.alter_column(column_name='a', params={'index': True}, old_params={'index': False})",
        "manager.drop_column(table_class_name='A', tablename='a', column_name='a', schema=None)",
    ],
)
def test_changes_name_what_they_turn_off(tool: ModuleType, statement: str) -> None:
    assert shortened(tool, statement) == statement
