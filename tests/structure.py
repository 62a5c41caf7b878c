"""Measures the structure of the package: complexity, import cycles, `Any`, class names and repeated code.

    .venv/bin/python tests/structure.py [FOLDER] [--list]

FOLDER holds a checkout, this one by default. The figures are evidence for a review and not limits; import cycles and
the limits that do hold are checked by `tests/test_layers.py` and ruff.
"""

import argparse
import ast
import io
import keyword
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import combinations
from pathlib import Path

COMPLEX = 10  # McCabe's own limit
WINDOW = 50  # equal tokens in a row that count as a repetition, about six lines
SKIPPED = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}
BRANCHES = (ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.match_case)


@dataclass(frozen=True, slots=True)
class Finding:
    """One figure and the places behind it."""

    name: str
    places: list[str]


def measure(package: Path) -> list[Finding]:
    """Measure all modules below a folder; the names of modules begin with the folder's own."""
    sources = {_module_name(path, package): path.read_text("utf-8") for path in sorted(package.rglob("*.py"))}
    trees = {module: ast.parse(source) for module, source in sources.items()}
    return [
        Finding(f"functions with a cyclomatic complexity above {COMPLEX}", complex_functions(trees)),
        Finding("import cycles, imports inside functions included", import_cycles(trees)),
        Finding(
            "uses of Any", [place for module, tree in trees.items() for place in _any_uses(module, tree)]
        ),
        Finding("public class names defined in several modules", repeated_class_names(trees)),
        Finding(f"pairs of {WINDOW} equal tokens, names and literals ignored", repeated_code(sources)),
    ]


def complexity(function: ast.AST) -> int:
    """Count the independent paths through a function.

    McCabe's number with every operator of `and` and `or`, and every loop and condition of a comprehension, counted as
    a branch; ruff's C901 counts statements only.
    """
    paths = 1
    for node in ast.walk(function):
        if isinstance(node, BRANCHES):
            paths += 1
        elif isinstance(node, ast.BoolOp):
            paths += len(node.values) - 1
        elif isinstance(node, ast.comprehension):
            paths += 1 + len(node.ifs)
    return paths


def complex_functions(trees: dict[str, ast.Module]) -> list[str]:
    """Find the functions above the limit, most complex first."""
    found = [
        (complexity(node), f"{module}.{node.name}")
        for module, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return [f"{name}: {paths}" for paths, name in sorted(found, reverse=True) if paths > COMPLEX]


def import_cycles(trees: dict[str, ast.Module]) -> list[str]:
    """Find modules that import each other; one per cycle that is cut open to find the next."""
    graph = {module: set(_imported(tree, trees)) - {module} for module, tree in trees.items()}
    graph.pop(
        next(iter(trees)).split(".")[0], None
    )  # the package's own __init__ imports everything on demand
    cycles = []
    while True:
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            cycle = error.args[1]
            cycles.append(" -> ".join(cycle))
            graph[cycle[1]].discard(cycle[0])
        else:
            return cycles


def repeated_class_names(trees: dict[str, ast.Module]) -> list[str]:
    """Find names of public top-level classes that several modules define."""
    places = defaultdict(list)
    for module, tree in trees.items():
        for node in tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(module)
    return [f"{name}: {', '.join(modules)}" for name, modules in sorted(places.items()) if len(modules) > 1]


def repeated_code(sources: dict[str, str]) -> list[str]:
    """Find pairs of places whose tokens are the same for a while, whatever the names."""
    tokens = {module: list(_tokens(source)) for module, source in sources.items()}
    places = defaultdict(list)
    for module, found in tokens.items():
        kinds = [kind for kind, _ in found]
        for start in range(len(found) - WINDOW + 1):
            places[tuple(kinds[start : start + WINDOW])].append((module, start))
    starts = defaultdict(set)  # of one pair at one distance: overlapping windows are one repetition
    for equal in places.values():
        for (one, i), (other, j) in combinations(equal, 2):
            if one != other or abs(i - j) >= WINDOW:
                starts[one, other, j - i].add(i)
    return [
        f"{one}:{tokens[one][i][1]} = {other}:{tokens[other][i + distance][1]}"
        for (one, other, distance), found in sorted(starts.items())
        for i in sorted(found)
        if i - 1 not in found
    ]


def _module_name(path: Path, package: Path) -> str:
    parts = path.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(tree: ast.Module, modules: dict[str, ast.Module]) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module in modules:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from (name if name in modules else node.module for name in names)


def _any_uses(module: str, tree: ast.Module) -> Iterator[str]:
    uses = Counter(node.lineno for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "Any")
    for line, count in sorted(uses.items()):
        yield from [f"{module}:{line}"] * count


def _tokens(source: str) -> Iterator[tuple[str, int]]:
    """The kind and line of each token of code; imports, docstrings, constants and fields of classes are left out."""
    skipped = {
        line
        for node in _declarations(ast.parse(source))
        for line in range(node.lineno, (node.end_lineno or node.lineno) + 1)
    }
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in SKIPPED or token.start[0] in skipped:
            continue
        is_name = token.type == tokenize.NAME and not keyword.iskeyword(token.string)
        is_literal = token.type in (tokenize.NUMBER, tokenize.STRING)
        yield "name" if is_name else "literal" if is_literal else token.string, token.start[0]


def _declarations(tree: ast.Module) -> Iterator[ast.stmt]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom) or (
            isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        ):
            yield node
        elif isinstance(node, ast.Module | ast.ClassDef):
            yield from (each for each in node.body if isinstance(each, ast.Assign | ast.AnnAssign))


def main() -> None:
    """Print the figures; with --list also the places."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", default=Path(__file__).resolve().parents[1])
    parser.add_argument("--list", action="store_true", help="print the places, too")
    given = parser.parse_args()
    for finding in measure(given.folder / "arpipe"):
        print(f"{len(finding.places):4}  {finding.name}")  # noqa: T201 - this is the result
        for place in finding.places if given.list else []:
            print(f"      {place}")  # noqa: T201


if __name__ == "__main__":
    main()
