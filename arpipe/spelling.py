"""Hints for misspelt names in error messages."""

from collections.abc import Iterable
from difflib import get_close_matches

MAX_LISTED = 100  # names


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a hint to append to a message about an unknown name.

    Args:
        name: The unknown name.
        known: The valid ones.

    Returns:
        `; did you mean 'x'?`, or all valid names if none is similar, or "" if there are none. Of very many names, the
        most similar one is always given.
    """
    names = sorted(set(known))
    close = get_close_matches(name.lower(), names, n=1, cutoff=0.6 if len(names) <= MAX_LISTED else 0.0)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; there are: {', '.join(names)}" if names else ""
