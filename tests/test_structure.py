"""The measures of `structure.py`, on code whose figures are known."""

import ast

import pytest

from tests.structure import WINDOW, complexity, import_cycles, measure, repeated_class_names, repeated_code


def trees(**sources):
    return {name.replace("__", "."): ast.parse(source) for name, source in sources.items()}


@pytest.mark.parametrize(
    ("body", "paths"),
    [
        ("return 1", 1),
        ("if a: pass\n elif b: pass\n else: pass", 3),
        ("for a in b:\n  while c: pass", 3),
        ("return a and b and c or d", 4),
        ("return a if b else c", 2),
        ("return [a for a in b if c if d]", 4),
        ("try: pass\n except A: pass\n except B: pass", 3),
        ("match a:\n  case 1: pass\n  case _: pass", 3),
    ],
)
def test_complexity_counts_every_branch(body, paths):
    assert complexity(ast.parse(f"def f():\n {body}")) == paths


def test_cycles_are_found_through_imports_inside_functions():
    modules = trees(
        p="",
        p__a="from p import b",
        p__b="def f():\n import p.c",
        p__c="from p.a import x",
        p__d="import p.a",
    )
    (cycle,) = import_cycles(modules)
    assert set(cycle.split(" -> ")) == {"p.a", "p.b", "p.c"}
    assert import_cycles(trees(p="from p import a", p__a="from p import b", p__b="")) == []


def test_classes_of_one_name_are_counted_when_public():
    modules = trees(p="", p__a="class A: pass\nclass _B: pass", p__b="class A: pass\nclass _B: pass")
    assert repeated_class_names(modules) == ["A: p.a, p.b"]


OPERATORS = ("+", "-", "*", "/", "//", "%", "**", "<<")
LONG = "def f(a):\n" + "".join(f" b = a[0] {operator} 1 + a\n" for operator in OPERATORS)


def test_repeated_code_is_one_pair_whatever_its_length_and_names():
    alike = LONG.replace("f(a)", "g(z)").replace("[0]", "[7]").replace("b =", "c =")
    assert repeated_code({"p.a": LONG, "p.b": "value = 1\n" + alike}) == ["p.a:1 = p.b:2"]


def test_code_that_differs_in_the_middle_is_not_repeated():
    assert repeated_code({"p.a": LONG}) == []
    assert repeated_code({"p.a": LONG, "p.b": LONG.replace(" / ", " @ ")}) == []


def test_imports_docstrings_and_constants_are_no_repeated_code():
    text = "".join(f'from a import b{n}\n"""Text."""\nc = ({n}, 1)\n' for n in range(WINDOW))
    assert repeated_code({"p.a": text, "p.b": text}) == []


def test_a_package_is_measured_from_its_files(tmp_path):
    package = tmp_path / "p"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "a.py").write_text("from typing import Any\nx: Any = 1\ny: dict[Any, Any] = {}\n")
    figures = [len(finding.places) for finding in measure(package)]
    assert figures == [0, 0, 3, 0, 0]
