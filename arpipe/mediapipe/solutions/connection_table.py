"""Reads `connections.json`: which landmarks are joined by a line."""

import json
from importlib.resources import files

Connection = tuple[int, int]


def connections(group: str) -> dict[str, tuple[Connection, ...]]:
    """Return name → pairs of landmark indices.

    Args:
        group: "face", "hand" or "pose".
    """
    table = json.loads(files("arpipe.mediapipe.solutions").joinpath("connections.json").read_text("utf-8"))
    return {name: tuple((start, end) for start, end in pairs) for name, pairs in table[group].items()}
