"""What imports what in model_build: no circle, wherever in a module the import stands."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import model_build

ROOT = Path(model_build.__file__).parent


def modules():
    """Every module by its name, parsed."""
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT.parent).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), ast.parse(path.read_text())


def test_no_module_is_in_a_circle_and_every_module_is_reached():
    parsed = dict(modules())
    imports = {name: set() for name in parsed}
    for name, tree in parsed.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module:
                wanted = {f"{node.module}.{each.name}" for each in node.names}
                imports[name] |= {each if each in parsed else node.module for each in wanted} & set(parsed)
    # Raises CycleError, with the circle.
    TopologicalSorter(imports).prepare()
    reached = set().union(*imports.values()) | {"model_build.cli"}
    packages = {name.rpartition(".")[0] for name in parsed}
    assert set(parsed) - reached - packages == set()
