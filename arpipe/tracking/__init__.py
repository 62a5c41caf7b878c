"""Subjects over time: the next crop, identity, smoothing, pose and prediction."""
