"""Gestures and movements of tracked hands."""
