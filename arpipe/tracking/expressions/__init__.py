"""Expressions of tracked faces: scores relative to the person's neutral face, the gaze, and movements over time."""
