"""A detector and a landmark network, put together to find and follow one kind of subject."""

from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from arpipe.timing import StageTimer
from arpipe.tracking.follow import Seen
from arpipe.types import Frame, Roi

Found = TypeVar("Found")
Found_co = TypeVar("Found_co", covariant=True)
Seen_co = TypeVar("Seen_co", covariant=True)


class Detector(Protocol[Found_co]):
    """Looks at whole pictures."""

    def detect(self, frame: Frame, timer: StageTimer) -> Sequence[Found_co]:
        """What is in the picture, surest first."""

    def close(self) -> None:
        """Free the network; may be called twice."""


class Locator(Protocol[Seen_co]):
    """Looks at squares of pictures."""

    @property
    def provider(self) -> str:
        """Where it runs, as in `Session.provider`."""

    def locate(self, frame: Frame, rois: Sequence[Roi], timer: StageTimer) -> Sequence[Seen_co | None]:
        """One entry per square; None for an answer that cannot be used."""

    def close(self) -> None:
        """Free the network; may be called twice."""


class NetworkFinder(Generic[Found, Seen]):
    """Two networks as a `Finder`.

    Args:
        detector: Closed with this.
        locator: Likewise.
        roi_of: Square around what was detected, or None for what is not worth a look.
    """

    def __init__(
        self, detector: Detector[Found], locator: Locator[Seen], roi_of: Callable[[Found], Roi | None]
    ) -> None:
        self._detector, self._locator, self._roi_of = detector, locator, roi_of

    @property
    def provider(self) -> str:
        """Where the landmark network really runs."""
        return self._locator.provider

    def search(self, frame: Frame, timer: StageTimer) -> list[Roi]:
        """See `Finder`."""
        found = self._detector.detect(frame, timer)
        return [roi for each in found if (roi := self._roi_of(each)) is not None]

    def locate(self, frame: Frame, rois: Sequence[Roi], timer: StageTimer) -> Sequence[Seen | None]:
        """See `Finder`."""
        return self._locator.locate(frame, rois, timer)

    def close(self) -> None:
        """Free both networks; may be called twice."""
        self._detector.close()
        self._locator.close()
