"""What everything that is written piece by piece has in common."""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import ClassVar, Self

from arpipe.errors import OutputError
from arpipe.io.atomic import AtomicFile


class Writer(ABC):
    """Base class of writers. Whoever opens one closes or aborts it; an error that ends a `with` block aborts it."""

    @abstractmethod
    def close(self) -> None:
        """Write what remains and complete the output. May be called twice.

        Raises:
            OutputError: The rest cannot be written; nothing is left behind.
        """

    @abstractmethod
    def abort(self) -> None:
        """Drop what was written; does nothing after `close`."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()


class FileWriter(Writer):
    """A writer whose file appears when it is closed, and not at all when it is aborted.

    A subclass opens its encoder inside `_writing` and registers what must be closed with `_resources`, which is
    unwound before the file is moved to its place.

    Args:
        file: The file to write.
    """

    _errors: ClassVar[tuple[type[Exception], ...]] = (OSError,)
    """Exceptions of the encoder that mean "cannot be written"."""

    def __init__(self, file: AtomicFile) -> None:
        self._file = file
        self._files = [file]
        self._resources = ExitStack()
        self._finished = False

    def close(self) -> None:
        """Complete the file; see `Writer`."""
        if self._finished:
            return
        with self._writing():
            self._finish()
            self._resources.close()
        self._finished = True
        for file in self._files:
            file.commit()

    def abort(self) -> None:
        """Drop the file; see `Writer`."""
        if self._finished:
            return
        self._finished = True
        with suppress(*self._errors):
            self._resources.close()
        for file in self._files:
            file.discard()

    def _finish(self) -> None:
        """Write what remains."""

    def _require_open(self) -> None:
        if self._finished:
            raise ValueError(f"{type(self).__name__} {self._file.path} is closed")

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Abort if the block raises; errors of the encoder become OutputError."""
        try:
            yield
        except OutputError:
            self.abort()
            raise
        except self._errors as error:
            self.abort()
            raise self._file.failure(error) from error
        except BaseException:
            self.abort()
            raise
