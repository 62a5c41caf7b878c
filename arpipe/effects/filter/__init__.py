"""Filters over the whole picture, or over everything but the people."""
