"""Words of messages: names of files on one line, and shares that are rounded honestly."""

import re

# What moves a cursor, recolours a terminal, breaks a line or reverses text, and what XML forbids.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def visible(text: str) -> str:
    r"""Return a text on one line: control characters, which names of files may hold, become `\n`, `\x1b` and so on."""
    return _CONTROLS.sub(lambda match: repr(match[0])[1:-1], text)


def visible_lines(text: str) -> str:
    """Return a text as `visible` does, but with its line breaks."""
    return "\n".join(map(visible, text.split("\n")))


def percent(part: int, whole: int, digits: int = 0) -> str:
    """Return a share such as "98 %": 0 % stands for none of the whole, and 100 % for all of it.

    Args:
        part: At most `whole`.
        whole: More than 0.
        digits: Number of decimals.
    """
    step = 10.0**-digits
    share = 100.0 * part / whole
    rounded = min(max(share, step), 100.0 - step) if 0 < part < whole else share
    return f"{rounded:.{digits}f} %"
