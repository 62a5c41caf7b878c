"""How users name streams."""

import re

STANDARD_INPUT = "-"
_ADDRESS = re.compile(r"(rtsps?|https?)://\S+", re.IGNORECASE)
_SECRET = re.compile(r"(?<=//)[^/@]*@")  # user and password


def is_stream(spec: str) -> bool:
    """Whether a spec names a stream: an address, or "-" for the standard input."""
    return spec == STANDARD_INPUT or _ADDRESS.fullmatch(spec) is not None


def without_secret(address: str) -> str:
    """Return an address without user and password, for messages."""
    return _SECRET.sub("", address)
