import ast
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import arpipe
from arpipe import errors

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("name", arpipe.__all__)
def test_every_public_name_resolves(name):
    value = getattr(arpipe, name)
    assert name == "__version__" or value.__name__ in (name, f"arpipe.{name}")


def test_type_checkers_see_the_same_names():
    tree = ast.parse((REPOSITORY / "arpipe" / "__init__.py").read_text("utf-8"))
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    imported = {alias.asname: node.module for node in block.body for alias in node.names}
    modules = {name: f"arpipe.{name}" for name, home in imported.items() if home == "arpipe"}
    imported |= modules
    assert imported == arpipe._HOMES


def test_names_are_listed_and_unknown_ones_refused():
    assert set(arpipe.__all__) <= set(dir(arpipe))
    with pytest.raises(AttributeError, match="Pipelin"):
        arpipe.Pipelin  # noqa: B018 - the access is the test


def test_the_version_is_that_of_the_project():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
    assert arpipe.__version__ == project["version"]


def test_importing_arpipe_imports_no_other_package():
    program = "import sys; import arpipe; print(*sys.modules)"
    result = subprocess.run(
        [sys.executable, "-S", "-c", program], capture_output=True, text=True, cwd=REPOSITORY
    )
    packages = {name.split(".")[0] for name in result.stdout.split()}
    assert packages - sys.stdlib_module_names == {"arpipe", "__main__"}
    assert "arpipe.errors" not in result.stdout


def test_every_error_is_public():
    own = {name for name, value in vars(errors).items() if isinstance(value, type)}
    assert own <= set(arpipe.__all__)
