"""Temples: arms that run back and bend down behind the ear. Built for the left side, with the hinge at the origin."""

import numpy as np

from glasses.curves import Array, at_length, smoothstep


def temple_path(
    length: float,
    bend_at: float,
    bend_deg: float,
    *,
    bend_over: float = 26.0,
    bow: float = 0.0,
    tip_in_deg: float = 9.0,
    drop_deg: float = 0.0,
    samples: int = 900,
) -> Array:
    """Return the centre line of a left temple from its hinge at the origin.

    Args:
        length: Length of the line, mm (the number printed on a temple).
        bend_at: Start of the ear bend, mm from the hinge.
        bend_deg: Angle by which the tip turns down.
        bend_over: Length of the bend, mm.
        bow: Maximum outward deviation of the arm, mm.
        tip_in_deg: Angle by which the tip turns towards the skull.
        drop_deg: Angle by which the whole arm slopes down towards the ear, for high hinges.
        samples: Number of points.

    Returns:
        (samples, 3) points, running towards -z.
    """
    at = np.linspace(0.0, length, samples)
    down = np.radians(drop_deg) + np.radians(bend_deg - drop_deg) * smoothstep(
        bend_at, bend_at + bend_over, at
    )
    swing = np.radians(tip_in_deg) * smoothstep(bend_at - 30.0, length, at)
    outwards = bow * np.pi / bend_at * np.cos(np.pi * np.clip(at / bend_at, 0, 1)) * (at < bend_at)
    direction = np.stack(
        [-np.sin(swing) + outwards, -np.sin(down) * np.cos(swing), -np.cos(down) * np.cos(swing)], axis=1
    )
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    steps = (direction[1:] + direction[:-1]) / 2 * (length / (samples - 1))
    return np.vstack([np.zeros(3), np.cumsum(steps, axis=0)])


def stretch(path: Array, start: float, end: float, samples: int = 500) -> Array:
    """Return the part of a path between two distances from its start, mm."""
    return at_length(path, np.linspace(start, end, samples))
