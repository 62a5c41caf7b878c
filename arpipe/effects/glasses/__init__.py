"""Glasses and other rigid models: fit to a head, occlusion by it, and their shadows on it."""
