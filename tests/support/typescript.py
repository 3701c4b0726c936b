"""The TypeScript compiler, installed by npm as tests/typescript locks it."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.support.node import install_package

__all__ = ["Compiler", "install_compiler"]

_PACKAGE = Path(__file__).parents[1] / "typescript"


@dataclass(frozen=True, slots=True)
class Compiler:
    """``tsc`` in its strictest settings."""

    command: tuple[str, ...]

    def check(self, *files: Path) -> list[str]:
        """What the compiler has to say of the files; nothing when all is well."""
        strict = ("--strict", "--exactOptionalPropertyTypes", "--noUncheckedIndexedAccess")
        options = ("--noEmit", *strict, "--lib", "es2022", "--pretty", "false")
        command = [*self.command, *options, *map(str, files)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        return done.stdout.splitlines()


def install_compiler(folder: Path) -> Compiler:
    """Install it into the folder.

    :raises NodeMissing: it cannot be installed.
    """
    node = install_package(_PACKAGE, folder)
    return Compiler((node, str(folder / "node_modules" / "typescript" / "bin" / "tsc")))
