"""Modules that are imported later or not at all."""

import subprocess
import sys
from pathlib import Path

import pytest

from piccolo_engines.imports import postpone, without
from piccolo_engines.memory import use_one_arena

NAME = "a_module_of_this_test"


@pytest.fixture
def importable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / f"{NAME}.py").write_text("VALUE = 7\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, NAME, raising=False)


@pytest.mark.usefixtures("importable")
def test_inside_the_block_a_module_is_not_there() -> None:
    with without(NAME), pytest.raises(ImportError):
        __import__(NAME)
    assert __import__(NAME).VALUE == 7
    with without(NAME):
        assert __import__(NAME).VALUE == 7


@pytest.mark.usefixtures("importable")
def test_after_an_error_in_the_block_it_is_there_again() -> None:
    with pytest.raises(RuntimeError), without(NAME):
        raise RuntimeError
    assert __import__(NAME).VALUE == 7


@pytest.mark.usefixtures("importable")
def test_a_postponed_module_is_imported_when_it_is_used() -> None:
    postpone(NAME)
    module = __import__(NAME)
    assert __import__(NAME) is module
    assert "VALUE" not in vars(module)
    assert module.VALUE == 7
    assert module.VALUE == 7
    assert vars(sys.modules[NAME])["VALUE"] == 7
    with pytest.raises(AttributeError):
        _ = module.NOTHING


@pytest.mark.usefixtures("importable")
def test_a_module_that_is_there_is_not_postponed() -> None:
    module = __import__(NAME)
    postpone(NAME)
    assert sys.modules[NAME] is module


@pytest.mark.parametrize("first", ["import {0}.part", "from {0} import VALUE", "from {0}.part import PART"])
def test_parts_of_a_postponed_package_are_the_same_however_they_are_imported(
    tmp_path: Path, first: str
) -> None:
    name = "a_package_of_this_test"
    (tmp_path / name).mkdir()
    (tmp_path / name / "__init__.py").write_text(f"from {name}.part import PART\nVALUE = PART\n")
    (tmp_path / name / "part.py").write_text("PART = object()\n")
    code = f"""
import sys
sys.path.append({str(tmp_path)!r})
from piccolo_engines.imports import postpone
postpone({name!r})
{first.format(name)}
from {name}.part import PART
from {name} import VALUE
assert PART is VALUE
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_process_that_serves_has_nothing_that_was_postponed_or_left_out() -> None:
    code = """
import sys
from piccolo_engines import imports
from api.app import Freehold
Freehold()
unwanted = {"pydantic", "blib2to3", "asyncpg", "webauthn.helpers", "OpenSSL", "obstore.store"}
print(*(unwanted & set(sys.modules)))
import black
print(black.format_str("a=1", mode=black.FileMode()))
import pydantic
"""
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stdout.split() == ["a", "=", "1"]


def test_one_arena_can_be_asked_for_again() -> None:
    use_one_arena()
    use_one_arena()
