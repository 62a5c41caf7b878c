"""Connections, enumerations and styles against MediaPipe's (tests/golden/mediapipe/facts.json)."""

import json
import zlib
from pathlib import Path

import pytest

import arpipe.mediapipe as mp

FACTS = json.loads((Path(__file__).parents[1] / "golden" / "mediapipe" / "facts.json").read_text("utf-8"))


@pytest.mark.parametrize("name", FACTS["crc"])
def test_connections_are_mediapipe_s(name):
    solutions = mp.solutions
    modules = (solutions.face_mesh_connections, solutions.hands_connections, solutions.pose_connections)
    (pairs,) = [vars(module)[name] for module in modules if name in vars(module)]
    assert [len(pairs), zlib.crc32(json.dumps(sorted(pairs)).encode())] == FACTS["crc"][name]


@pytest.mark.parametrize(
    "enum",
    [
        mp.solutions.hands.HandLandmark,
        mp.solutions.pose.PoseLandmark,
        mp.solutions.face_detection.FaceKeyPoint,
    ],
)
def test_enumerations_are_mediapipe_s(enum):
    assert {member.name: int(member) for member in enum} == FACTS["enums"][enum.__name__]


@pytest.mark.parametrize("name", FACTS["styles"])
def test_styles_are_mediapipe_s(name):
    make = getattr(mp.solutions.drawing_styles, name.removesuffix("(1)"))
    style = make(1) if name.endswith("(1)") else make()
    specs = style.items() if isinstance(style, dict) else [("all", style)]
    rows = sorted(
        [
            str(key if isinstance(key, tuple) else int(key) if key != "all" else key),
            list(spec.color),
            spec.thickness,
            spec.circle_radius,
        ]
        for key, spec in specs
    )
    assert zlib.crc32(json.dumps(rows).encode()) == FACTS["styles"][name]


def test_each_solution_offers_its_connections():
    solutions = mp.solutions
    assert solutions.hands.HAND_CONNECTIONS is solutions.holistic.HAND_CONNECTIONS
    assert solutions.pose.POSE_CONNECTIONS is solutions.holistic.POSE_CONNECTIONS
    assert solutions.face_mesh.FACEMESH_TESSELATION is solutions.holistic.FACEMESH_TESSELATION
    assert solutions.holistic.PoseLandmark is solutions.pose.PoseLandmark


def test_objectron_says_why_it_is_missing():
    with pytest.raises(AttributeError, match="no networks for mp.solutions.objectron"):
        mp.solutions.objectron  # noqa: B018
