"""Teach a recogniser: from files, in a window, or on a page."""
