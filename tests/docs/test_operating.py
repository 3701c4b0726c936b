"""The pages of docs/operating: their commands are executed, and all that they name exist."""

import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from api.cli import main
from api.cli.later import Later
from tests.api.conftest import KEY

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "operating"
FIRST = "first-machine"
PAGES = sorted(page.stem for page in FOLDER.glob("*.md"))
BLOCK = re.compile(
    r"^(?:<!-- tested by (?P<test>\S+) -->\n)?```sh\n(?P<body>.*?)^```$", re.DOTALL | re.MULTILINE
)
SPAN = re.compile(r"`(freehold [^`]+)`")


@dataclass(frozen=True)
class Block:
    """Commands of a page; ``test`` is about them where they need another program, or a server."""

    commands: list[str]
    test: str | None


def blocks(page: str) -> list[Block]:
    text = (FOLDER / f"{page}.md").read_text()
    return [Block(one["body"].replace("\\\n", " ").splitlines(), one["test"]) for one in BLOCK.finditer(text)]


def executed(page: str) -> list[str]:
    return [command for block in blocks(page) if block.test is None for command in block.commands]


class Shell:
    """Executes lines in a folder: ``freehold ...`` in this process, everything else in bash."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ = {
            "DATA_DIR": str(folder / "var"),
            "CENTRAL_DATABASE_URL": f"sqlite:///{folder / 'var' / 'central.sqlite'}",
            "ENCRYPTION_KEY": KEY.secret.hex(),
            "SQLITE_SYNCHRONOUS": "OFF",
        }
        self.printed = ""

    def execute(self, line: str) -> None:
        """Execute one line. ``<token id>`` is the last id that the one before printed."""
        line = line.replace("<token id>", self._last_id())
        if not line.startswith("freehold "):
            self._bash(line, "")
            return
        command, _, filtered = line.partition(" | ")
        _, *arguments = shlex.split(command, comments=True)
        done: Result = CliRunner().invoke(main, arguments, env=self.environ)
        assert done.exit_code in expected_statuses(arguments), f"{command}\n{done.output}"
        self.printed = done.stdout
        if filtered:
            self._bash(filtered, done.stdout)

    def _bash(self, line: str, stdin: str) -> None:
        done = subprocess.run(
            ["bash", "-euc", line], input=stdin, capture_output=True, text=True, timeout=30, check=False
        )
        assert done.returncode == 0, f"{line}\n{done.stderr}"

    def _last_id(self) -> str:
        found: list[str] = re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", self.printed)
        return found[-1] if found else ""


def expected_statuses(arguments: list[str]) -> set[int]:
    """0; ``doctor`` may find something on a machine of tests, where no mail server is."""
    return {0, 1} if arguments[0] == "doctor" else {0}


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the page of the first machine leaves."""
    folder = tmp_path_factory.mktemp("first")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        shell = Shell(folder)
        for command in executed(FIRST):
            shell.execute(command)
    return folder


@pytest.fixture
def shell(installation: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    folder = tmp_path / "copy"
    shutil.copytree(installation, folder)
    monkeypatch.chdir(folder)
    return Shell(folder)


@pytest.mark.parametrize("page", [page for page in PAGES if page != FIRST and executed(page)])
def test_the_commands_of_a_page_succeed(shell: Shell, page: str) -> None:
    for command in executed(page):
        shell.execute(command)


def test_the_first_machine_has_a_tenant(installation: Path) -> None:
    assert len(list((installation / "var" / "tenants").glob("*acme*.sqlite"))) == 1


@pytest.mark.parametrize("page", [page for page in PAGES if any(block.test for block in blocks(page))])
def test_commands_that_need_more_are_those_of_another_test(page: str) -> None:
    for block in blocks(page):
        if block.test is not None:
            of_test = (ROOT / block.test).read_text()
            if f'blocks("{page}")' in of_test:
                continue  # it executes the block itself
            programs = {Path(word).name for word in _programs(block.commands)}
            assert all(program in of_test for program in programs), f"{block.test} has not all of {programs}"


def _programs(lines: list[str]) -> Iterator[str]:
    """The program of each line, for ``freehold`` the command."""
    for line in lines:
        words = [word for word in shlex.split(line, comments=True) if not re.match(r"[A-Z_]+=", word)]
        yield words[1] if words[0] == "freehold" else words[0]


@pytest.mark.parametrize("page", PAGES)
def test_commands_and_options_exist(page: str) -> None:
    text = (FOLDER / f"{page}.md").read_text()
    lines = SPAN.findall(text) + [line for block in blocks(page) for line in block.commands]
    unknown = [problem for line in lines if line.startswith("freehold ") for problem in _unknown(line)]
    assert not unknown


def _unknown(line: str) -> list[str]:
    """The words of a command that the command line does not know."""
    line = line.partition(" | ")[0].replace("[", "").replace("]", "")
    words = shlex.split(line, comments=True)[1:]
    command: click.Command = main
    context = click.Context(command)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(context, words[0])
        if found is None:
            return [] if words[0].isupper() else [line]
        command, words = found.load() if isinstance(found, Later) else found, words[1:]
    known = {name for one in command.get_params(context) for name in (*one.opts, *one.secondary_opts)}
    return [f"{line}: {word}" for word in words if word.startswith("--") and word.split("=")[0] not in known]


def test_the_page_of_settings_is_written_from_the_example() -> None:
    command = [sys.executable, str(ROOT / "tools" / "settings-page"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, done.stderr
