"""Faces over time: where to look next, which face is which, how to keep it still."""
