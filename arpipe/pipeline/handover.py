"""Stages of a pipeline in threads of their own, joined by short queues.

A stage is plain iteration, so it is tested without a thread: `Ahead(map(work, items))` is `map(work, items)`
computed ahead of its reader, `Behind(consume)` is a call done later. Exceptions travel to whoever waits at the
other end.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, Self, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """A bounded queue that both ends can close.

    Args:
        slots: Items held before `put` waits.
    """

    def __init__(self, slots: int) -> None:
        self._items: deque[T] = deque()
        self._slots = slots
        self._changed = threading.Condition()
        self._closed = False
        self._error: BaseException | None = None

    def put(self, item: T) -> bool:
        """Wait for a free slot and take the item in; False when the mailbox is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or len(self._items) < self._slots)
            if self._closed:
                return False
            self._items.append(item)
            self._changed.notify_all()
            return True

    def replace(self, item: T) -> int:
        """Take the item in at once, in place of all that nobody has read; how many those were."""
        with self._changed:
            unread = len(self._items)
            self._items.clear()
            if not self._closed:
                self._items.append(item)
            self._changed.notify_all()
            return unread

    def offer(self, item: T) -> bool:
        """Take the item in if there is a free slot now; False when there is none, or the mailbox is closed."""
        with self._changed:
            if self._closed or len(self._items) >= self._slots:
                return False
            self._items.append(item)
            self._changed.notify_all()
            return True

    def get(self, timeout_s: float | None = None) -> tuple[T] | None:
        """Wait for the next item; None when the time is over, or the mailbox closed and empty.

        Raises what `close` was given.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._closed or bool(self._items), timeout_s)
            if self._items:
                item = self._items.popleft()
                self._changed.notify_all()
                return (item,)
            if self._error is not None:
                raise self._error
            return None

    def close(self, error: BaseException | None = None) -> None:
        """Take nothing more; `error` is raised at the reader once it has read what is left."""
        with self._changed:
            if not self._closed:
                self._closed, self._error = True, error
            self._changed.notify_all()

    @property
    def is_closed(self) -> bool:
        """Whether it takes nothing more."""
        return self._closed

    @property
    def is_drained(self) -> bool:
        """Whether nothing will come any more."""
        with self._changed:
            return self._closed and not self._items

    def clear(self) -> None:
        """Forget what nobody has read."""
        with self._changed:
            self._items.clear()
            self._changed.notify_all()


class Ahead(Generic[T]):
    """Iterates `items` in its own thread, at most `slots` ahead of the reader; order is kept.

    Args:
        items: What to iterate; if it has `close` (a generator), that is called on the thread at the end.
        name: The thread's.
        slots: How far ahead.
    """

    def __init__(self, items: Iterable[T], name: str, slots: int = 1) -> None:
        self._mailbox: Mailbox[T] = Mailbox(slots)
        self._thread = threading.Thread(target=self._work, args=(items,), name=name, daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[T]:
        while (item := self._mailbox.get()) is not None:
            yield item[0]

    def close(self) -> None:
        """Stop the thread after the item in work; may be called twice."""
        self._mailbox.close()
        self._mailbox.clear()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _work(self, items: Iterable[T]) -> None:
        _feed(items, self._mailbox, self._mailbox.put)


class Newest(Generic[T]):
    """Iterates `items` in its own thread without ever waiting for the reader, who gets the newest one.

    Args:
        items: As of `Ahead`.
        name: The thread's.

    Attributes:
        dropped: Items that a newer one replaced before they were read.
    """

    def __init__(self, items: Iterable[T], name: str) -> None:
        self.dropped = 0
        self._mailbox: Mailbox[T] = Mailbox(1)
        self._thread = threading.Thread(target=self._work, args=(items,), name=name, daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[T]:
        while (item := self._mailbox.get()) is not None:
            yield item[0]

    def take(self, timeout_s: float) -> T | None:
        """The newest item that was not read, waiting for it; None when none came. Raises what ended `items`."""
        item = self._mailbox.get(timeout_s)
        return None if item is None else item[0]

    @property
    def has_ended(self) -> bool:
        """Whether `items` are exhausted and read."""
        return self._mailbox.is_drained

    def stop(self) -> None:
        """Give and take nothing more, without waiting for the thread."""
        self._mailbox.close()
        self._mailbox.clear()

    def close(self, patience_s: float | None = None) -> None:
        """Stop the thread after the item in work; may be called twice.

        Args:
            patience_s: Longest wait for it; None waits as long as it takes.
        """
        self.stop()
        self._thread.join(patience_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _work(self, items: Iterable[T]) -> None:
        _feed(items, self._mailbox, self._take_in)

    def _take_in(self, item: T) -> bool:
        self.dropped += self._mailbox.replace(item)
        return not self._mailbox.is_closed


class Behind(Generic[T]):
    """Calls `consume` with each item in its own thread, at most `slots` behind the writer; order is kept.

    Leaving a `with` block by an error drops what was not consumed; otherwise it waits for the rest.
    """

    def __init__(self, consume: Callable[[T], None], name: str, slots: int = 1) -> None:
        self._mailbox: Mailbox[T] = Mailbox(slots)
        self._consume = consume
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def put(self, item: T) -> None:
        """Hand over an item; raises what `consume` raised before."""
        if not self._mailbox.put(item) and self._error is not None:
            raise self._error

    def offer(self, item: T) -> bool:
        """Hand over an item unless that meant waiting; False when it was not taken. Raises as `put` does."""
        taken = self._mailbox.offer(item)
        if not taken and self._error is not None:
            raise self._error
        return taken

    def close(self) -> None:
        """Wait until everything is consumed; raises what `consume` raised. May be called twice."""
        self._mailbox.close()
        self._thread.join()
        if self._error is not None:
            error, self._error = self._error, None
            raise error

    def abort(self) -> None:
        """Drop what was not consumed and stop; may be called twice."""
        self._mailbox.clear()
        self._mailbox.close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()

    def _work(self) -> None:
        try:
            while (item := self._mailbox.get()) is not None:
                self._consume(item[0])
        except BaseException as raised:  # noqa: BLE001 - raised again at the next put or close
            self._error = raised
            self._mailbox.close()
            self._mailbox.clear()


def _feed(items: Iterable[T], mailbox: Mailbox[T], take_in: Callable[[T], bool]) -> None:
    """Hand items over until one is refused, then close them and the mailbox."""
    error: BaseException | None = None
    try:
        for item in items:
            if not take_in(item):
                break
    except BaseException as raised:  # noqa: BLE001 - raised again where it is waited for
        error = raised
    finally:
        close = getattr(items, "close", None)
        if isinstance(items, Iterator) and callable(close):
            close()
        mailbox.close(error)
