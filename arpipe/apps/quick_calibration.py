"""`arpipe calibrate --quick`: the focal length of a camera from a head that turns in front of it."""

from collections.abc import Callable
from pathlib import Path

from arpipe.apps.run_files import check_outputs, source_files
from arpipe.errors import MediaError
from arpipe.head_pose import HeadPoseConfig
from arpipe.head_pose.lens import LensEstimate, estimate_lens
from arpipe.io.calibration import save_intrinsics
from arpipe.io.outputs import NamedFile
from arpipe.io.source import Source
from arpipe.io.sources import open_source
from arpipe.pipeline.perception import Perception
from arpipe.pipeline.perception_config import PerceptionConfig
from arpipe.tracking.face_config import FaceTrackerConfig
from arpipe.types import Frame, Landmarks

LEAST_TURN_DEG = 40.0  # from one side to the other
LEAST_POSES = 30
ADVICE = "turn your head slowly to the left, to the right, up and down, 40 to 60 cm from the camera"


def calibrate_quickly(source: Source, seconds: float) -> LensEstimate:
    """Estimate the focal length from a face in the first seconds of a source.

    Args:
        source: A camera or a clip.
        seconds: How long to look.

    Raises:
        MediaError: There is no face in enough frames, or it does not turn far enough.
    """
    estimate = _estimate(source, seconds)
    if estimate is None or estimate.poses < LEAST_POSES:
        found = 0 if estimate is None else estimate.poses
        raise MediaError(
            f"{source.info.name}: a face was found in {found} frames, at least {LEAST_POSES} are needed; {ADVICE}"
        )
    if estimate.yaw_range_deg < LEAST_TURN_DEG:
        raise MediaError(
            f"{source.info.name}: the head turns by {estimate.yaw_range_deg:.0f}°, which does not determine the lens; "
            f"{ADVICE}, from side to side by at least {LEAST_TURN_DEG:.0f}°"
        )
    return estimate


def _estimate(source: Source, seconds: float) -> LensEstimate | None:
    """Estimate the lens from all faces seen in time; None if there is none."""
    config = PerceptionConfig(
        face=FaceTrackerConfig(mesh="v2"), head_pose=HeadPoseConfig(views="off"), track=("face",)
    )
    seen: list[Landmarks] = []
    first: Frame | None = None
    with Perception(config) as perception:
        for frame in source:
            first = first or frame
            if frame.captured_s - first.captured_s > seconds or frame.shape != first.shape:
                break
            seen += [face.landmarks for face in perception.detect(frame).faces]
    return None if first is None or not seen else estimate_lens(seen, first.width, first.height)


def run(spec: str, output: Path, seconds: float, say: Callable[[str], None]) -> LensEstimate:
    """Calibrate a camera and write the file for `--camera`.

    Args:
        spec: The camera or clip.
        output: File to write.
        seconds: How long to look.
        say: Called with what the person has to do, once the camera is open.

    Raises:
        OutputError: The output cannot be written, or is the source.
        MediaError: See `calibrate_quickly`.
        DeviceError: The camera cannot be opened.
    """
    from rich.console import Console

    check_outputs([NamedFile("--output", output)], source_files([spec]), Console())
    with open_source(spec) as source:
        say(f"{ADVICE}, for {seconds:g} s")
        estimate = calibrate_quickly(source, seconds)
    save_intrinsics(estimate.camera, output)
    return estimate
