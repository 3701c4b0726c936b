"""``python -m tests.support.without_the_rest PYTEST-ARGUMENTS``: pytest in a copy of the engines alone.

Run in the copy's folder. The product is installed in the environment, from where this Python would import it:
here such an import fails.
"""

import sys

import pytest

__all__ = ["main"]

REST = ("api", "central", "litestar", "piccolo_conf", "structlog", "tenant_schema", "uvicorn")


def main(arguments: list[str]) -> int:
    """Run pytest; its exit code."""
    for name in REST:
        sys.modules[name] = None  # type: ignore[assignment]  # Python's way to make an import fail
    return int(pytest.main(arguments))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
