"""`with` for everything that owns resources."""

from abc import ABC, abstractmethod
from typing import Self


class Closing(ABC):
    """Base class of what owns resources until it is closed, which leaving a `with` block does."""

    @abstractmethod
    def close(self) -> None:
        """Release the resources; may be called twice."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
