"""Errors of decoding libraries, turned into arpipe's own at the door where the library is called."""

from collections.abc import Iterator
from contextlib import contextmanager

from arpipe.errors import ArpipeError


@contextmanager
def guarded(kind: type[ArpipeError], what: str, advice: str) -> Iterator[None]:
    """Turn whatever the block raises into one error that names the input.

    Bytes that are damaged on purpose or by accident make decoders raise nearly anything: IndexError, RuntimeError,
    struct.error, AttributeError, MemoryError. Errors of arpipe pass unchanged.

    Args:
        kind: What to raise.
        what: The input and what was being done, such as "a.jpg: the picture cannot be decoded".
        advice: What to do next.

    Raises:
        ArpipeError: The block raised something.
    """
    try:
        yield
    except ArpipeError:
        raise
    except Exception as error:  # what decoders raise has no common base class
        raise kind(f"{what} ({reason_of(error)}); {advice}") from error


def reason_of(error: BaseException) -> str:
    """Return a library's message, or the class of the error if it has none."""
    words = str(getattr(error, "strerror", None) or error).strip()
    return (words or type(error).__name__)[:200]
