"""No module imports another one that imports it, directly or through others, not even for type checking."""

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

import grimp
import pytest

PACKAGES = ("api", "central", "extensions", "piccolo_engines", "tenant_schema")


@pytest.fixture(scope="module")
def imports() -> Mapping[str, Sequence[str]]:
    """The modules that each module imports, imports inside of functions and of TYPE_CHECKING included."""
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    return {name: sorted(graph.find_modules_directly_imported_by(name)) for name in sorted(graph.modules)}


@pytest.mark.parametrize("package", PACKAGES)
def test_no_circles(imports: Mapping[str, Sequence[str]], package: str) -> None:
    inside = {
        name: [one for one in imported if one.startswith(f"{package}.")]
        for name, imported in imports.items()
        if name.startswith(f"{package}.")
    }
    try:
        TopologicalSorter(inside).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))
