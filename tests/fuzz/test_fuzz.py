"""A minute of fuzzing in every test run, and all inputs that ever broke a door."""

import math
import random
from pathlib import Path

import pytest

from arpipe.errors import ArpipeError
from tests.fuzz.__main__ import run_child
from tests.fuzz.attack import CRASHES, MAX_S, Budget, excess_of, problem_of
from tests.fuzz.doors import DOORS
from tests.fuzz.memory import PeakMemory
from tests.fuzz.mutate import mutate

SHARE_S = 60.0 / len(DOORS)
KEPT = sorted(path for path in CRASHES.glob("*/*") if path.parent.name in DOORS)


@pytest.mark.parametrize("name", DOORS)
def test_seeds_are_valid_so_that_mutations_reach_far(name, tmp_path):
    door = DOORS[name]
    accepted = 0
    for content in door.seeds(tmp_path):
        assert problem_of(door, content, tmp_path) == ""
        try:
            door.feed(content, tmp_path)
            accepted += 1
        except ArpipeError:
            pass
    assert accepted > 0


@pytest.mark.slow
@pytest.mark.parametrize("name", DOORS)
def test_mutated_inputs_keep_the_law(name):
    assert run_child(name, Budget(SHARE_S, math.inf), seed=1, plain=True) == 0


def test_inputs_that_once_broke_a_door_do_not_again(tmp_path):
    problems = {path: problem_of(DOORS[path.parent.name], path.read_bytes(), tmp_path) for path in KEPT}
    assert {path: problem for path, problem in problems.items() if problem} == {}


def test_a_door_that_breaks_the_law_is_seen(tmp_path, monkeypatch):
    def fall_over(content: bytes, folder: Path) -> None:
        raise IndexError(f"{len(content)} bytes in {folder.name}")

    from dataclasses import replace

    door = replace(DOORS["spec"], feed=fall_over)
    assert problem_of(door, b"x", tmp_path).startswith("IndexError: 1 bytes")
    slow = replace(door, feed=lambda content, folder: None)
    for cpu_s, expected in (
        (MAX_S + 1.0, "took 6.0 s"),
        (0.1, ""),
    ):  # a busy machine is no fault of the input
        passed, used = iter((0.0, MAX_S + 1.0)), iter((0.0, cpu_s))
        monkeypatch.setattr("tests.fuzz.attack.time.monotonic", lambda passed=passed: next(passed))
        monkeypatch.setattr("tests.fuzz.attack.time.process_time", lambda used=used: next(used))
        assert problem_of(slow, b"x", tmp_path) == expected


def test_mutations_are_reproducible_and_change_something():
    seeds = [b"GIF89a" * 10, b"PNG" * 20]
    made = [mutate(random.Random(index), seeds, (b"token",)) for index in range(200)]
    assert made == [mutate(random.Random(index), seeds, (b"token",)) for index in range(200)]
    assert sum(content not in seeds for content in made) > 190


def test_memory_beyond_the_budget_is_seen_and_attributed_once(monkeypatch):
    monkeypatch.setattr("tests.fuzz.attack.MAX_BYTES", 50 << 20)
    peak = PeakMemory()
    assert excess_of(peak) == ""
    bytearray(b"x") * (80 << 20)
    assert excess_of(peak).startswith("needed 8")
    peak.reset()
    assert excess_of(peak) == ""


def test_attack_ends_after_a_number_of_inputs(capfd):
    assert run_child("spec", Budget(math.inf, 50), seed=1, plain=True) == 0
    assert "spec: 50 inputs in" in capfd.readouterr().out
