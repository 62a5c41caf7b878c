"""Drawings of what was detected: mesh, axes and skeletons."""
