"""The scenes, and how one is made: through arpipe's command line, so that any two versions can be compared.

Importable by the scripts beside it; needs only PyAV, NumPy and Pillow.
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

REPOSITORY = Path(__file__).resolve().parents[3]
TEST_DATA = Path(os.environ.get("ARPIPE_TEST_DATA", REPOSITORY.parent / "shared" / "data"))
SAMPLE = "sample"  # the bundled animated portrait, which arpipe renders itself


class SceneError(Exception):
    """The command line failed; carries the command and what it printed."""


@dataclass(frozen=True, slots=True)
class Media:
    """A photo or clip that scenes are rendered from.

    Attributes:
        path: The original: bundled, or in the folder of test media.
        first, count: Range of frames that a clip is cut to; count 0 for a photo.
    """

    path: Path
    first: int = 0
    count: int = 0


@dataclass(frozen=True, slots=True)
class Scene:
    """One run of `arpipe batch`.

    Attributes:
        name: Unique; names the files.
        media: Key of `MEDIA`, or `SAMPLE`.
        arguments: Passed to `arpipe batch` as they are.
        frames: Indices of the frames of a clip whose pictures are kept; a photo has one, 0. Empty to compare
            the export only.
    """

    name: str
    media: str
    arguments: tuple[str, ...]
    frames: tuple[int, ...] = (0,)


_BUSINESS = "mediapipe-samples/examples/face_landmarker/ios/FaceLandmarkerTests/business-person.png"
_SIGNING = "tfjs-models/hand-pose-detection/test_data/asl_hand.25fps.mp4"

MEDIA = {
    "portrait.png": Media(REPOSITORY / "assets/samples/astronaut.png"),
    "smile.jpg": Media(TEST_DATA / "mpiigaze_demo/assets/inputs/image01.jpg"),
    "woman.jpg": Media(TEST_DATA / "mpiigaze_demo/assets/inputs/image00.jpg"),
    "teen.jpg": Media(TEST_DATA / "occlusion/stock-teen-5.jpg"),
    "business.png": Media(TEST_DATA / _BUSINESS),
    "three.jpg": Media(TEST_DATA / "tfjs-models/shared/test_data/three_people.jpg"),
    "two.jpg": Media(TEST_DATA / "face_recognition/examples/two_people.jpg"),
    "pose.jpg": Media(TEST_DATA / "tfjs-models/pose-detection/test_data/pose.jpg"),
    "driver.mp4": Media(TEST_DATA / "incluit-driver/data/video2.mp4", first=60, count=60),
    "class.mp4": Media(TEST_DATA / "yakhyo-head-pose/assets/in_video.mp4", count=50),
    "signing.mp4": Media(TEST_DATA / _SIGNING, first=50, count=40),
    "squats.mp4": Media(TEST_DATA / "tfjs-models/pose-detection/test_data/pose_squats.mp4", count=30),
}


def _photo(name: str, media: str, *effects: str, options: tuple[str, ...] = ()) -> Scene:
    return Scene(name, media, (*_effects(effects), *options))


def _clip(
    name: str, media: str, frames: tuple[int, ...], *effects: str, options: tuple[str, ...] = ()
) -> Scene:
    return Scene(name, media, (*_effects(effects), *options), frames)


def _effects(effects: tuple[str, ...]) -> list[str]:
    return [argument for effect in effects for argument in ("--effect", effect)]


SCENES = (
    _photo("glasses-aviator", "portrait.png", "aviator"),
    _photo("glasses-browline", "smile.jpg", "browline"),
    _photo("glasses-cat-eye", "woman.jpg", "cat-eye"),
    _photo("glasses-oversized", "teen.jpg", "oversized"),
    _photo("glasses-panto", "business.png", "panto"),
    _photo("glasses-rimless", "portrait.png", "rimless(fit=real)"),
    _photo("glasses-round", "business.png", "round(lens_color=#88aaff)", options=("--fov", "45")),
    _photo("glasses-sport", "woman.jpg", "sport"),
    _photo("look-natural", "portrait.png", "natural"),
    _photo("look-office", "teen.jpg", "office"),
    _photo("look-evening", "smile.jpg", "evening"),
    _photo("look-bold-lip", "business.png", "bold-lip"),
    _photo("look-smoky", "woman.jpg", "smoky"),
    _photo("look-festival", "portrait.png", "festival", "debug"),
    _photo(
        "single-kinds",
        "business.png",
        "lipstick(color=#a3123a, opacity=0.8, finish=gloss)",
        "iris-color",
        "round",
        "face-paint",
        "teeth",
    ),
    _photo("three-people", "three.jpg", "evening", "wayfarer", options=("--max-faces", "3")),
    _photo("background-blur", "three.jpg", "background(blur=18)"),
    _photo("background-transparent", "two.jpg", "background(transparent=true)", "aviator"),
    _photo("filters", "two.jpg", "filter(kernel=edges, on=background)", "filter(kernel=sharpen, on=face)"),
    _photo("skeleton", "pose.jpg", "skeleton", options=("--track", "body,hands")),
    _clip("sample", SAMPLE, (0, 60, 150, 299), "aviator", "natural"),
    _clip("clip-wayfarer", "driver.mp4", (0, 5, 21, 40, 59), "wayfarer", "debug"),
    _clip(
        "clip-every-second",
        "driver.mp4",
        (1, 6, 33, 58),
        "background(color=#1e8c46)",
        "smoky",
        options=("--set", "perception.every=2"),
    ),
    _clip("clip-skeleton", "signing.mp4", (0, 9, 20, 39), "skeleton", options=("--track", "body,hands")),
    Scene("export-faces", "class.mp4", ("--max-faces", "8", "--set", "perception.face.detector=auto"), ()),
    Scene("export-bodies", "squats.mp4", ("--track", "face,body,hands"), ()),
)


def scene_parser(text: str) -> argparse.ArgumentParser:
    """Return a parser of the options that `record.py` and `compare.py` share; `text` describes the command."""
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--arpipe", type=Path, default=Path(sys.executable).with_name("arpipe"))
    names = [scene.name for scene in SCENES]
    parser.add_argument(
        "--only", action="append", choices=names, metavar="NAME", help="a scene's name; repeatable"
    )
    return parser


def chosen_scenes(names: Sequence[str] | None) -> list[Scene]:
    """Return the scenes with these names; all of them for None."""
    return [scene for scene in SCENES if names is None or scene.name in names]


def prepare_media(names: set[str], folder: Path) -> dict[str, str]:
    """Copy photos and cut clips into `folder`, where they are not there yet.

    Returns:
        Names of the media that cannot be had, and why.
    """
    folder.mkdir(parents=True, exist_ok=True)
    missing = {}
    for name in sorted(names - {SAMPLE}):
        media, target = MEDIA[name], folder / name
        if target.exists():
            continue
        if not media.path.is_file():
            missing[name] = f"{media.path} does not exist; set ARPIPE_TEST_DATA to the folder of test media"
        elif media.count:
            _cut(media, target)
        else:
            shutil.copyfile(media.path, target)
    return missing


def render(scene: Scene, arpipe: Path, inputs: Path, folder: Path, scratch: Path) -> list[Path]:
    """Run one scene and leave `<name>.jsonl` and `<name>-<frame>.png` in `folder`.

    Args:
        scene: What to render.
        arpipe: The command line to run.
        inputs: Folder of the media; the command runs there, so that exports name the same source everywhere.
        folder: Where pictures and export go.
        scratch: Folder for the clip in between, which is deleted.

    Returns:
        The files, in order.

    Raises:
        SceneError: The command failed.
    """
    export = folder / f"{scene.name}.jsonl"
    is_clip = scene.media == SAMPLE or MEDIA[scene.media].count > 0
    source = ["--source", SAMPLE] if scene.media == SAMPLE else [scene.media]
    command = [str(arpipe), "batch", *source, *scene.arguments, "--export", str(export)]
    if not scene.frames:
        _run([*command, "--no-video"], inputs)
        return [export]
    if not is_clip:
        picture = folder / f"{scene.name}-0.png"
        _run([*command, "--output", str(picture)], inputs)
        return [export, picture]
    movie = scratch / f"{scene.name}.mov"  # every frame of ProRes stands alone: no difference spreads in time
    _run([*command, "--output", str(movie), "--codec", "prores", "--quality", "100"], inputs)
    pictures = _extract(movie, folder, scene)
    movie.unlink()
    return [export, *pictures]


def _run(command: list[str], folder: Path) -> None:
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if result.returncode != 0:
        raise SceneError(
            f"{' '.join(command)}\nexit code {result.returncode}\n{result.stdout}{result.stderr}"
        )


def _extract(movie: Path, folder: Path, scene: Scene) -> list[Path]:
    wanted = {index: folder / f"{scene.name}-{index}.png" for index in scene.frames}
    for index, pixels in enumerate(_decoded(movie)):
        if index in wanted:
            Image.fromarray(pixels).save(wanted[index])
    if index < max(wanted):
        raise SceneError(f"{movie.name} has {index + 1} frames, and {max(wanted)} is wanted")
    return list(wanted.values())


def _decoded(path: Path) -> Iterator[np.ndarray]:
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            yield frame.to_ndarray(format="rgb24")


def _cut(media: Media, target: Path) -> None:
    """Write frames `first` to `first + count` as nearly lossless H.264, at 25 FPS and without sound."""
    with av.open(str(target), "w") as container:
        stream = None
        for index, pixels in enumerate(_decoded(media.path)):
            if index >= media.first + media.count:
                break
            if stream is None:
                stream = container.add_stream("libx264", rate=Fraction(25), options={"crf": "10"})
                stream.height, stream.width, stream.pix_fmt = *pixels.shape[:2], "yuv420p"
            if index >= media.first:
                container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        if stream is not None:
            container.mux(stream.encode(None))
