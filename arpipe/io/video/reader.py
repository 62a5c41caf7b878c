"""Video files: every frame upright, with square pixels, RGB, at its exact time."""

import math
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Literal, Self

import av
from pydantic import BaseModel, ConfigDict, Field

from arpipe.errors import MediaError
from arpipe.io.encoding import HardwareName
from arpipe.io.files import require_file
from arpipe.io.guard import guarded
from arpipe.io.object_store import address_of, text_of
from arpipe.io.source import Source, SourceInfo
from arpipe.io.traits import VideoTraits
from arpipe.io.video.container import ADVICE, clock_of, duration_of
from arpipe.io.video.decoder import Decoder
from arpipe.io.video.fields import Timed, deinterlaced
from arpipe.io.video.hardware import find_hardware
from arpipe.io.video.picture import FrameConverter
from arpipe.types import Frame

FALLBACK_FPS = Fraction(25)  # for streams that state no rate and whose frames have no times
MISSING_SHARE, MISSING_S = 0.03, 0.5  # of the stated duration: a smaller difference is rounding

# Metadata of the file itself, which no copy inherits.
_OF_THE_FILE = {"major_brand", "minor_version", "compatible_brands", "encoder"}


class VideoFileConfig(BaseModel):
    """Settings of video decoding.

    Attributes:
        threading: "auto" decodes several frames at once where the codec can, "slice" parts of one frame.
        threads: Number of threads; 0 for as many as the machine has cores.
        hwaccel: Hardware that decodes: the name of a kind, "auto" for the first that works, or "none". Streams that it
            does not take are decoded in software; `VideoFile.notes` says what was used.
        from_s: `captured_s` of the first frame to read, or any time before it, s. Decoding begins at the key frame
            before.
        until_s: `captured_s` of the first frame that is not read any more, s.
        warm_up_s: How long before `from_s` frames are read as well, s; damage in them is not counted.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    threading: Literal["auto", "slice"] = "auto"
    threads: int = Field(default=0, ge=0)
    hwaccel: HardwareName = "none"
    from_s: float = -math.inf
    until_s: float = math.inf
    warm_up_s: float = Field(default=0.0, ge=0.0)

    @property
    def begin_s(self) -> float:
        """`captured_s` of the first frame to read, with those of the warm-up, s."""
        return self.from_s - self.warm_up_s


class VideoFile(Source):
    """Frames of a video file.

    Rotation and mirroring in the file's metadata are applied, anamorphic pixels become square, interlaced frames whole,
    HDR and wide gamuts BT.709. `captured_s` is the presentation time in the file, counted from its start
    where it was cut out of a running clock (MPEG-TS); a missing or decreasing one is replaced by the last one plus
    the step before. Damaged parts are skipped and counted, and so are the late frames after them.

    Args:
        path: The file, or an address in an object store, of which only the parts are read that are needed.
        config: Settings of decoding.

    Attributes:
        begun_s: `captured_s` of the first frame of the file.

    Raises:
        MediaNotFound: There is no such file.
        MediaError: It contains no video that can be decoded.
        ConfigError: The hardware that the settings name does not work on this machine.
    """

    def __init__(self, path: str | Path, config: VideoFileConfig | None = None) -> None:
        self.path, self._name = Path(path), text_of(path)
        self._closed = False
        self._config = config = config or VideoFileConfig()
        if address_of(path) is None:
            require_file(self.path)
        hardware = find_hardware(config.hwaccel)
        self._decoder = Decoder(self.path, config.threading.upper(), config.threads, hardware)
        try:
            with guarded(MediaError, f"{self._name}: cannot be decoded", ADVICE):
                self._begin()
        except BaseException:
            self.close()
            raise

    @classmethod
    def open(cls, target: str) -> Self:
        """Open the file at a path."""
        return cls(target)

    def _begin(self) -> None:
        """Decode the first frame, and read the properties of the source from it and the container."""
        stream, container = self._decoder.stream, self._decoder.container
        self._rate = stream.average_rate or stream.guessed_rate or FALLBACK_FPS
        self._time_base = stream.time_base or 1 / self._rate
        self._counts_packets = container.format.name == "avi"  # it has no presentation times
        self._origin_s, self._container_end_s = clock_of(container)
        self._step = max(1, round(1 / (self._rate * self._time_base)))
        self._counted = 0  # of the decoder's errors, those that are counted or outside of the range
        self._frames = self._decoder.frames()
        self._first = next(self._frames, None)
        if self._first is None:
            raise MediaError(f"{self._name}: no frame can be decoded; is the file cut off or damaged?")
        self.begun_s = self._captured_s(self._pts_of(self._first) or 0)
        self._converter = FrameConverter(self._first, stream.sample_aspect_ratio)
        self._fixed_notes = self._notes_beforehand(self._first)
        self._stated_s = duration_of(stream, container, self._time_base)
        duration_s = self._duration_in_range(self._stated_s)
        is_whole = duration_s == self._stated_s
        self.info = SourceInfo(
            name=self._name,
            width=self._converter.width,
            height=self._converter.height,
            fps=float(self._rate),
            frame_count=(stream.frames if is_whole else 0)
            or (round(duration_s * self._rate) if duration_s else None),
            duration_s=duration_s,
            path=self.path,
            traits=self._traits(),
        )

    def _duration_in_range(self, stated_s: float | None) -> float | None:
        """Return how much the settings leave of a stated duration, s."""
        if stated_s is None:
            return None
        skipped_s = max(0.0, self._config.begin_s - self.begun_s)
        return max(0.0, min(stated_s, self._config.until_s - self.begun_s) - skipped_s)

    def _notes_beforehand(self, first: av.VideoFrame) -> tuple[str, ...]:
        left_out = self._decoder.left_out()
        notes = [f"{', '.join(left_out)} left out"] if left_out else []
        if first.interlaced_frame:
            notes.append("interlaced frames became whole ones")
        if self._decoder.stream.metadata.get("alpha_mode") == "1":  # VP8 and VP9, whose decoders leave it out
            notes.append("transparency is not read")
        return (*notes, *self._decoder.describe_hardware())

    def _traits(self) -> VideoTraits:
        metadata = {
            key: value for key, value in self._decoder.container.metadata.items() if key not in _OF_THE_FILE
        }
        return VideoTraits(
            self._time_base,
            self._rate,
            self._converter.tags,
            path=self.path,
            metadata=metadata,
            origin_s=self._origin_s,
        )

    def __iter__(self) -> Iterator[Frame]:
        if self._closed:
            raise ValueError(f"VideoFile {self._name} is closed")
        decoded = self._decoded()
        in_range = self._in_range(deinterlaced(self._in_time(decoded), self._time_base))
        for index, (frame, captured_s) in enumerate(in_range):
            with (
                self._decoder.kept_open(),
                guarded(MediaError, f"{self._name}: frame {index} cannot be converted", ADVICE),
            ):
                stored = self._converter.picture(frame)
            self._update(captured_s, frame)
            yield Frame(None, captured_s, index, stored=stored)
        if self._config.until_s == math.inf:
            self._finish()

    def key_frame_s(self, time_s: float) -> float | None:
        """Return the `captured_s` of the last key frame at or before a time, without decoding; both in s.

        Frames cannot be read any more afterwards.

        Returns:
            None if there is no such frame, or the file cannot be searched.
        """
        if self._counts_packets:
            return None
        self._first, self._frames = None, iter(())
        pts = self._decoder.seek(self._pts_at(time_s))
        return None if pts is None else self._captured_s(pts)

    def losses_if_ended(self, end_s: float | None) -> tuple[str, ...]:
        """Say what is missing, compared with what the file states, if its last frame ends at a time, s."""
        stated_s, read_s = self._stated_s, (end_s or self.begun_s) - self.begun_s
        if stated_s and stated_s - read_s > max(MISSING_S, MISSING_SHARE * stated_s):
            return (f"only {read_s:.1f} s of the {stated_s:.1f} s that the file states could be read",)
        return ()

    def close(self) -> None:
        """Close the file; may be called twice."""
        self._closed = True
        self._frames = iter(())  # a generator over `self` would keep the decoder alive
        self._decoder.close()

    def _decoded(self) -> Iterator[av.VideoFrame]:
        """Decode from the beginning, or from the key frame before the range."""
        first, self._first = self._first, None
        begin_s = self._config.begin_s
        if first is None or begin_s <= self.begun_s or self._counts_packets:
            return chain(() if first is None else (first,), self._frames)
        if self._decoder.seek(self._pts_at(begin_s)) is None:
            raise MediaError(
                f"{self._name}: there is no key frame before {begin_s:g} s; read the file from its beginning"
            )
        self._frames = self._decoder.frames()
        return self._frames

    def _in_range(self, frames: Iterable[Timed]) -> Iterator[tuple[av.VideoFrame, float]]:
        """Yield the frames of the range and of its warm-up with their `captured_s`."""
        for frame, pts in frames:
            captured_s = self._captured_s(pts)
            if captured_s >= self._config.until_s:
                self.end_s = captured_s
                break
            if captured_s >= self._config.begin_s:
                yield frame, captured_s
        self._count_errors()

    def _captured_s(self, pts: int) -> float:
        return float(pts * self._time_base - self._origin_s)

    def _pts_at(self, captured_s: float) -> int:
        return round((Fraction(captured_s) + self._origin_s) / self._time_base)

    def _update(self, captured_s: float, frame: av.VideoFrame) -> None:
        """Update the attributes of `Source`."""
        self._count_errors()
        self.notes = (*self._fixed_notes, *self._converter.notes)
        ticks = frame.duration if frame.duration and frame.duration > 0 else self._step
        self.end_s = captured_s + float(ticks * self._time_base)
        if self._container_end_s > captured_s:  # a missing duration was guessed from the mean rate
            self.end_s = min(self.end_s, self._container_end_s)

    def _count_errors(self) -> None:
        """Count the damage in the range since the last call."""
        times = self._decoder.damaged[self._counted :]
        self._counted += len(times)
        self.decode_errors += sum(pts is None or self._is_in_range(pts) for pts in times)

    def _is_in_range(self, pts: int) -> bool:
        return self._config.from_s <= self._captured_s(pts) < self._config.until_s

    def _finish(self) -> None:
        """Correct the end of the last frame, and record what is missing if the whole file was to be read."""
        stream = self._decoder.stream
        if stream.duration is not None and not self.decode_errors and self.end_s is not None:
            # In an MP4 the last frame lasts until its track ends, whatever the order of decoding.
            self.end_s = max(self.end_s, self.begun_s + float(stream.duration * self._time_base))
        if self._config.from_s == -math.inf:
            self.losses += self.losses_if_ended(self.end_s)

    def _in_time(self, decoded: Iterable[av.VideoFrame]) -> Iterator[Timed]:
        """Yield frames with increasing times in units of the time base."""
        last: int | None = None
        for frame in decoded:
            pts = self._pts_of(frame)
            is_late = pts is not None and last is not None and pts <= last
            if is_late and self._decoder.damaged:  # out of order because of damage
                self._decoder.damaged.append(pts)
                continue
            if pts is None or is_late:
                pts = _following(last, self._step)
            elif last is not None:
                self._step = pts - last
            last = pts
            yield frame, pts

    def _pts_of(self, frame: av.VideoFrame) -> int | None:
        return frame.dts if self._counts_packets else frame.pts


def _following(last: int | None, step: int) -> int:
    return 0 if last is None else last + step
