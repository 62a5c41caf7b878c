"""Failures beside the picture: a preview, a panel, a recording, an output or a key.

None of these ends a run, which reports the failure and continues without the part that failed.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

from arpipe.apps.wording import visible_lines
from arpipe.errors import ArpipeError

MAX_MESSAGES = 100  # of a run; a part that fails differently each time must not fill memory


def describe(error: BaseException) -> str:
    """Return the message of an error, with the exception's class if the error is unexpected."""
    return str(error) if isinstance(error, ArpipeError) else f"unexpected {type(error).__name__}: {error}"


def print_failure(message: str) -> None:
    """Print a failure to standard error."""
    Console(stderr=True).print(
        f"error: {visible_lines(message)}", markup=False, highlight=False, soft_wrap=True
    )


def print_note(message: str) -> None:
    """Print what the user should know, and what is no failure, to standard error."""
    Console(stderr=True).print(
        f"note: {visible_lines(message)}", markup=False, highlight=False, soft_wrap=True
    )


class Failures:
    """Collects failures, and reports each message once.

    Args:
        say: Called with each new message.
        mention: Called with what the user should know, and what is no failure.
    """

    def __init__(
        self,
        say: Callable[[str], None] = print_failure,
        mention: Callable[[str], None] = print_note,
    ) -> None:
        self._say, self.mention = say, mention
        self._messages: dict[str, None] = {}

    @property
    def messages(self) -> tuple[str, ...]:
        """All messages so far, oldest first."""
        return tuple(self._messages)

    def note(self, what: str, error: BaseException) -> None:
        """Report that a part has failed.

        Args:
            what: Name of the part.
            error: Why.
        """
        message = f"{what} failed: {describe(error)}"
        if message not in self._messages and len(self._messages) < MAX_MESSAGES:
            self._messages[message] = None
            self._say(message)

    @contextmanager
    def guarded(self, what: str) -> Iterator[None]:
        """Report an exception of the block instead of raising it."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - whatever the error, the run continues
            self.note(what, error)
