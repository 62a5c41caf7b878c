"""docs/controls.md is true: its conditions parse, its files load, its tables have the real names and values."""

import re
import tomllib
from pathlib import Path
from typing import get_args

import pytest

from arpipe.config import ControlsFile
from arpipe.controls.catalog import Names
from arpipe.controls.condition import parse_condition
from arpipe.controls.config import SAFE_ACTIONS, TriggerConfig
from arpipe.controls.nodes import Relation
from arpipe.controls.senders.address import OPTIONS
from arpipe.controls.trigger import TriggerTimes
from arpipe.effects.layer_reactions import LayerReactions
from arpipe.io.validation import check
from arpipe.types.gestures import GESTURE_NAMES, FaceMovement, HandMovement

DOCUMENT = (Path(__file__).resolve().parents[2] / "docs" / "controls.md").read_text("utf-8")
BLOCKS = [tomllib.loads(text) for text in re.findall(r"```toml\n(.*?)```", DOCUMENT, re.DOTALL)]
CELL = re.compile(r"`([^`]+)`")


def rows(first_cell):
    """Cells of the table whose header begins with a word."""
    table = DOCUMENT.split(f"\n| {first_cell}", 1)[1].split("\n\n", 1)[0]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.splitlines()[2:]]


def test_its_files_load():
    assert [set(block) for block in BLOCKS] == [{"controls"}, {"layers"}, {"recognizer", "controls"}]
    for block in BLOCKS:
        if "controls" in block:
            check(ControlsFile, block, "docs/controls.md")
    (layer,) = BLOCKS[1]["layers"]
    assert layer.pop("kind") == "lipstick"
    check(LayerReactions, layer, "docs/controls.md")


def test_its_examples_are_conditions():
    examples = [
        example for row in rows("form") for example in CELL.findall(row[1]) if example != "face.smile"
    ]
    assert len(examples) >= 8
    for example in examples:
        parse_condition(example)


def test_its_names_exist():
    listed = {
        name
        for row in rows("name")
        for cell in row[:1]
        for name in CELL.findall(cell)
        if not name.endswith("…")
    }
    for name in listed:
        Names().find(name if name not in ("wink_left", "wink_right") else f"face.{name}")
    text = DOCUMENT.split("\n| name", 1)[1].split("\n\n", 1)[0]
    assert all(f"`{label}`" in text for label in GESTURE_NAMES)
    movements = (*get_args(FaceMovement), *get_args(HandMovement))
    assert all(f"{movement}`" in text for movement in movements)
    assert all(f"`{relation}`" in DOCUMENT for relation in get_args(Relation))


def test_its_defaults_are_those_of_the_model():
    stated = {}
    for names, values, _ in rows("key | default"):
        stated |= dict(zip(CELL.findall(names), map(float, values.split(", ")), strict=True))
    assert stated == TriggerTimes().model_dump()


def test_every_thing_that_a_trigger_can_do_is_listed():
    keys = {key for row in rows("key | what happens") for key in CELL.findall(row[0])}
    assert keys == set(TriggerConfig.model_fields) - set(TriggerTimes.model_fields) - {"when", "name"}
    (do,) = (row[1] for row in rows("key | what happens") if row[0] == "`do`")
    assert set(CELL.findall(do)) == set(get_args(SAFE_ACTIONS))


@pytest.mark.parametrize("key", OPTIONS)
def test_options_of_addresses_are_mentioned(key):
    assert f"?{key}={OPTIONS[key][-1]}" in DOCUMENT
