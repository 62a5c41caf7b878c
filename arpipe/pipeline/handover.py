"""Pipeline stages on threads of their own, joined by short queues.

A stage is plain iteration, so it can be tested without a thread: `Prefetch(map(work, items))` yields the same items
as `map(work, items)`, computed ahead of the reader; `BackgroundWriter(consume)` calls `consume` later. An exception
is re-raised at whoever waits on the other end.
"""

import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Generic, TypeVar

from arpipe.closing import Closing
from arpipe.io.writer import Writer

T = TypeVar("T")


class Mailbox(Generic[T]):
    """A bounded queue that either end can close.

    Args:
        slots: Capacity; `put` waits while the mailbox is full.
    """

    def __init__(self, slots: int) -> None:
        self._items: deque[T] = deque()
        self._slots = slots
        self._changed = threading.Condition()
        self._closed = False
        self._error: BaseException | None = None

    def put(self, item: T) -> bool:
        """Wait for a free slot and append the item; False if the mailbox is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or len(self._items) < self._slots)
            if self._closed:
                return False
            self._items.append(item)
            self._changed.notify_all()
            return True

    def replace(self, item: T) -> int:
        """Replace all unread items by this one without waiting; returns how many were discarded."""
        with self._changed:
            unread = len(self._items)
            self._items.clear()
            if not self._closed:
                self._items.append(item)
            self._changed.notify_all()
            return unread

    def offer(self, item: T) -> bool:
        """Append the item if a slot is free; False if the mailbox is full or closed."""
        with self._changed:
            if self._closed or len(self._items) >= self._slots:
                return False
            self._items.append(item)
            self._changed.notify_all()
            return True

    def get(self, timeout_s: float | None = None) -> tuple[T] | None:
        """Wait for the next item, wrapped in a tuple.

        Args:
            timeout_s: Longest wait; None waits for as long as it takes.

        Returns:
            The item, or None after the timeout or once the mailbox is closed and empty.

        Raises:
            BaseException: The error that was passed to `close`, after the last item.
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
        """Accept no more items; `error` is raised at the reader once it has read the remaining ones."""
        with self._changed:
            if not self._closed:
                self._closed, self._error = True, error
            self._changed.notify_all()

    @property
    def is_closed(self) -> bool:
        """Whether it accepts no more items."""
        return self._closed

    @property
    def is_drained(self) -> bool:
        """Whether it is closed and empty."""
        with self._changed:
            return self._closed and not self._items

    def clear(self) -> None:
        """Discard unread items."""
        with self._changed:
            self._items.clear()
            self._changed.notify_all()


class _Reading(Closing, ABC, Generic[T]):
    """Iterates `items` on its own thread, which hands them over to the reader.

    Args:
        items: The iterable; a generator is closed on the thread at the end.
        name: Thread name.
        slots: How many items may wait to be read.
    """

    def __init__(self, items: Iterable[T], name: str, slots: int) -> None:
        self._mailbox: Mailbox[T] = Mailbox(slots)
        arguments = (items, self._mailbox, self._hand_over)
        self._thread = threading.Thread(target=_feed, args=arguments, name=name, daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[T]:
        while (item := self._mailbox.get()) is not None:
            yield item[0]

    def stop(self) -> None:
        """Deliver nothing more, without waiting for the thread."""
        self._mailbox.close()
        self._mailbox.clear()

    def close(self, timeout_s: float | None = None) -> None:
        """Stop the thread after its current item; may be called twice.

        Args:
            timeout_s: Longest wait for the thread; None waits for as long as it takes.
        """
        self.stop()
        self._thread.join(timeout_s)

    @abstractmethod
    def _hand_over(self, item: T) -> bool:
        """Give the reader an item; False if no more are wanted."""


class Prefetch(_Reading[T]):
    """Iterates `items` on its own thread, at most `slots` ahead of the reader; order is kept.

    Args:
        items: The iterable; a generator is closed on the thread at the end.
        name: Thread name.
        slots: How many items may wait to be read.
    """

    def __init__(self, items: Iterable[T], name: str, slots: int = 1) -> None:
        super().__init__(items, name, slots)

    def _hand_over(self, item: T) -> bool:
        return self._mailbox.put(item)


class LatestOnly(_Reading[T]):
    """Iterates `items` on its own thread without waiting for the reader, who always gets the latest item.

    Args:
        items: The iterable; a generator is closed on the thread at the end.
        name: Thread name.

    Attributes:
        dropped: Items that were replaced by a newer one before they were read.
    """

    def __init__(self, items: Iterable[T], name: str) -> None:
        self.dropped = 0
        super().__init__(items, name, slots=1)

    def take(self, timeout_s: float) -> T | None:
        """Wait for the latest unread item; None after the timeout. Re-raises the error that ended `items`."""
        item = self._mailbox.get(timeout_s)
        return None if item is None else item[0]

    @property
    def has_ended(self) -> bool:
        """Whether `items` is exhausted and everything was read."""
        return self._mailbox.is_drained

    def _hand_over(self, item: T) -> bool:
        self.dropped += self._mailbox.replace(item)
        return not self._mailbox.is_closed


class BackgroundWriter(Writer, Generic[T]):
    """Calls `consume` with each item on its own thread, at most `slots` behind the writer; order is kept.

    Leaving a `with` block with an exception discards pending items; otherwise it waits for them.

    Args:
        consume: Called with each item.
        name: Thread name.
        slots: How many items may be pending.
    """

    def __init__(self, consume: Callable[[T], None], name: str, slots: int = 1) -> None:
        self._mailbox: Mailbox[T] = Mailbox(slots)
        self._consume = consume
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    def put(self, item: T) -> None:
        """Queue an item, waiting for a free slot; re-raises an earlier error of `consume`."""
        if not self._mailbox.put(item) and self._error is not None:
            raise self._error

    def offer(self, item: T) -> bool:
        """Queue an item if a slot is free; False if not. Re-raises an earlier error of `consume`."""
        accepted = self._mailbox.offer(item)
        if not accepted and self._error is not None:
            raise self._error
        return accepted

    def close(self) -> None:
        """Wait until everything is consumed; re-raises an error of `consume`. May be called twice."""
        self._mailbox.close()
        self._thread.join()
        if self._error is not None:
            error, self._error = self._error, None
            raise error

    def abort(self) -> None:
        """Discard pending items and stop; may be called twice."""
        self._mailbox.clear()
        self._mailbox.close()
        self._thread.join()

    def _work(self) -> None:
        try:
            while (item := self._mailbox.get()) is not None:
                self._consume(item[0])
        except BaseException as raised:  # noqa: BLE001 - re-raised by the next put, offer or close
            self._error = raised
            self._mailbox.close()
            self._mailbox.clear()


def _feed(items: Iterable[T], mailbox: Mailbox[T], deliver: Callable[[T], bool]) -> None:
    """Deliver items until one is refused or they end, then close the generator and the mailbox."""
    error: BaseException | None = None
    try:
        for item in items:
            if not deliver(item):
                break
    except BaseException as raised:  # noqa: BLE001 - re-raised at the reader
        error = raised
    finally:
        if isinstance(items, Generator):
            items.close()
        mailbox.close(error)
