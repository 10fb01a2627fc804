"""Imports point down only: the floors of the house, and who may use torch and Streamlit."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# floor -> the floors below it that it may import
FLOORS = {
    "cnnviz.arithmetic": set(),
    "cnnviz.file_kinds": set(),
    "cnnviz.value_ranges": set(),
    "cnnviz.file_checks": {"cnnviz.file_kinds", "cnnviz.value_ranges"},
    "cnnviz.images": {"cnnviz.file_kinds", "cnnviz.file_checks", "cnnviz.value_ranges"},
    "cnnviz.gallery": {"cnnviz.images"},
    "cnnviz.networks": {"cnnviz.arithmetic", "cnnviz.images", "cnnviz.gallery"},
    "cnnviz.training": {"cnnviz.arithmetic", "cnnviz.images", "cnnviz.gallery", "cnnviz.networks"},
    "cnnviz.attribution": {"cnnviz.arithmetic", "cnnviz.images", "cnnviz.gallery", "cnnviz.networks"},
    "cnnviz.figures": {"cnnviz.arithmetic"},
    "cnnviz.ui": {
        "cnnviz.arithmetic",
        "cnnviz.attribution",
        "cnnviz.images",
        "cnnviz.gallery",
        "cnnviz.networks",
        "cnnviz.training",
        "cnnviz.figures",
    },
}
OUTSIDE = {
    "cnnviz.arithmetic": {"numpy"},
    "cnnviz.file_kinds": set(),
    "cnnviz.value_ranges": {"numpy", "PIL"},
    "cnnviz.file_checks": {"PIL"},
    "cnnviz.images": {"numpy", "PIL"},
    "cnnviz.gallery": {"numpy", "PIL"},
    "cnnviz.networks": {"numpy", "PIL", "torch", "torchvision", "requests", "urllib3", "filelock", "safetensors"},
    "cnnviz.training": {"numpy", "PIL", "torch", "torchvision", "safetensors"},
    "cnnviz.attribution": {"numpy", "PIL", "torch", "torchvision", "captum"},
    "cnnviz.figures": {"numpy", "PIL", "plotly"},
    "cnnviz.ui": {"numpy", "PIL", "plotly", "streamlit"},
}
# Inside a floor: room -> the rooms that it may import. A file beside the rooms is a room of its own.
ROOMS = {
    "cnnviz.ui": {
        "component": set(),
        "server": set(),  # Streamlit's inside: every other room may lean on it
        "page": {"component", "server"},
        "components": {"component", "page"},
        "sharing": {"page", "server"},
        "process": {"page", "server", "sharing"},
        "pickers": {"component", "components", "page", "server", "sharing"},
        "learn": {"components", "page", "pickers", "sharing"},
        "compute": {"components", "page", "pickers", "sharing"},
        "explore": {"components", "page", "pickers", "server", "sharing"},
    },
}
WITH_TORCH = {"cnnviz.ui.sharing.cached": {"torch", "torchvision"}}  # the one place where Streamlit's caches meet torch
# What Streamlit itself is served by.
WITH_SERVER = {
    "cnnviz.ui.process.closed_sockets": {"starlette"},
    "cnnviz.ui.process.graceful_end": {"starlette", "uvicorn"},
    "cnnviz.ui.process.middleware": {"starlette"},
    "cnnviz.ui.process.same_origin": {"starlette"},
    "cnnviz.ui.process.uploads": {"starlette"},
    "cnnviz.ui.server.streamlit_resumed_session": {"starlette"},
}
FILES = sorted(
    path for path in (ROOT / "cnnviz").rglob("*.py") if path.name != "__init__.py" or path.parent.name != "cnnviz"
)


def floor_of(module: str) -> str:
    return ".".join(module.split(".")[:2])


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports_of(path: Path) -> Iterator[str]:
    """Every module that a file imports, also inside functions; those for the type checker only are left out."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if node in for_types:
            continue
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written whole, from cnnviz"
            yield node.module or ""


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_imports_point_down(path: Path) -> None:
    floor = floor_of(module_of(path))
    for module in imports_of(path):
        if module.split(".")[0] == "cnnviz":
            below = FLOORS[floor] | {floor}
            assert floor_of(module) in below, f"{floor} is built without {module}: it may import {sorted(below)}"
        elif module.split(".")[0] not in sys.stdlib_module_names:
            allowed = OUTSIDE[floor] | (WITH_TORCH | WITH_SERVER).get(module_of(path), set())
            assert module.split(".")[0] in allowed, f"{floor} is built without {module}"


def rooms_met(floor: str, path: Path) -> Iterator[tuple[str, str]]:
    """The room of a file, and each room of the same floor that it imports from."""
    here = module_of(path).removeprefix(f"{floor}.").split(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and floor_of(node.module) == floor:
            names = [node.module] if node.module != floor else [f"{floor}.{name.name}" for name in node.names]
            yield from ((here, name.removeprefix(f"{floor}.").split(".")[0]) for name in names)


@pytest.mark.parametrize("floor", ROOMS)
def test_rooms_of_a_floor_are_built_on_those_below(floor: str) -> None:
    for path in FILES:
        if floor_of(module_of(path)) == floor and module_of(path) != floor:
            for here, there in rooms_met(floor, path):
                assert there == here or there in ROOMS[floor][here], f"{path}: {here} is built without {there}"


@pytest.mark.parametrize("floor", ROOMS)
def test_no_room_stands_on_itself(floor: str) -> None:
    below = ROOMS[floor]
    for room in below:
        met, waiting = set(), set(below[room])
        while waiting:
            met |= waiting
            waiting = set().union(*(below[other] for other in waiting)) - met
        assert room not in met


@pytest.mark.parametrize("chapter", ["start", "learn", "compute"])
def test_pages_that_need_no_network_leave_torch_alone(chapter: str) -> None:
    for path in (ROOT / "pages" / chapter).glob("*.py"):
        assert not {"torch", "torchvision"} & {module.split(".")[0] for module in imports_of(path)}


def test_every_floor_has_its_rule() -> None:
    assert {floor_of(module_of(path)) for path in FILES} == set(FLOORS)


def test_no_file_has_a_name_that_explains_nothing() -> None:
    names = {part for path in [*FILES, *(ROOT / "tests").rglob("*.py")] for part in [path.stem, path.parent.name]}
    assert not names & {"utils", "helpers", "misc", "common"}
