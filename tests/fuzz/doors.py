"""The places where bytes of strangers enter, each as a function of bytes, with the files that fuzzing starts from.

Law: any bytes give a result or an `ArpipeError`, within a budget of time and memory.
"""

import io
import itertools
import json
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from PIL import Image

from arpipe.apps.web import protocol
from arpipe.assets import asset_path, assets_root, config_path
from arpipe.config import load_config
from arpipe.custom.explain.ending import find_ending
from arpipe.custom.inner import value_shapes
from arpipe.custom.onnx_file import read_onnx
from arpipe.effects.packs import load_effect, load_pack
from arpipe.io.calibration import load_intrinsics
from arpipe.io.gltf import load_gltf
from arpipe.io.source import Source
from arpipe.io.sources import open_source
from arpipe.io.video.stream_codec import H264Decoder, H264Encoder, decode_jpeg, encode_jpeg
from arpipe.recognition.recognizer import Recognizer
from arpipe.recognition.samples import ClassRecording
from arpipe.types import Frame, FrameResult
from arpipe.weights import archive, catalog
from arpipe.weights.convert.tflite_import import convert
from tests.custom.networks import branched, classifier, residual
from tests.io.clips import write_clip
from tests.weights.convert.tflite_files import TfliteFile, options

MOST_FRAMES = 30  # of an input that has more, the others are like them
PIXELS = 1 << 20  # that a page may send in one picture

Feed = Callable[[bytes, Path], object]
Seeds = Callable[[Path], Iterable[bytes]]


@dataclass(frozen=True)
class Door:
    """One entrance.

    Attributes:
        feed: Takes bytes, and a folder of its own to put them into.
        seeds: Gives valid inputs, made in a folder.
        tokens: Words of the format that random bytes would never hit.
    """

    feed: Feed
    seeds: Seeds
    tokens: tuple[bytes, ...] = ()


def _read_frames(source: Source) -> None:
    with source:
        for _ in itertools.islice(source, MOST_FRAMES):
            pass


def _feed_media(content: bytes, folder: Path) -> None:
    path = folder / "input.bin"
    path.write_bytes(content)
    _read_frames(open_source(path))


def _feed_gltf(content: bytes, folder: Path) -> None:
    path = folder / "model.glb"
    path.write_bytes(content)
    load_gltf(path)


def _feed_tflite(content: bytes, folder: Path) -> None:
    convert(content, {"scores": (64,)})


def _feed_archive(content: bytes, folder: Path) -> None:
    path = folder / "given.whl"
    path.write_bytes(content)
    archive.find_files(path, catalog.load().files)


def _feed_pack(content: bytes, folder: Path) -> None:
    pack = folder / "aviator"
    pack.mkdir(exist_ok=True)
    (pack / "effect.toml").write_bytes(content)
    if not (pack / "model.glb").exists():
        (pack / "model.glb").write_bytes(asset_path("effects/aviator/model.glb").read_bytes())
    load_pack(pack)


def _feed_spec(content: bytes, folder: Path) -> None:
    load_effect(content.decode("utf-8", errors="replace"))


def _feed_config(content: bytes, folder: Path) -> None:
    path = folder / "run.toml"
    path.write_bytes(content)
    load_config(path, environ={})


def _feed_recognizer(content: bytes, folder: Path) -> None:
    path = folder / "mine.toml"
    path.write_bytes(content)
    Recognizer.load(path).classify(FrameResult(Frame(np.zeros((8, 8, 3), np.uint8), 0.0, 0)))


def _feed_setting(content: bytes, folder: Path) -> None:
    load_config(None, [content.decode("utf-8", errors="replace")], environ={})


def _feed_calibration(content: bytes, folder: Path) -> None:
    path = folder / "calib.json"
    path.write_bytes(content)
    load_intrinsics(path)


def _feed_command(content: bytes, folder: Path) -> None:
    protocol.parse_command(content.decode("utf-8", errors="replace"))


def _feed_message(content: bytes, folder: Path) -> None:
    message = protocol.parse_picture(content)
    if message.kind is protocol.PictureKind.JPEG:
        decode_jpeg(message.data, PIXELS)


def _feed_h264(content: bytes, folder: Path) -> None:
    H264Decoder(PIXELS).decode(content)


def _feed_onnx(content: bytes, folder: Path) -> None:
    path = folder / "input.onnx"
    path.write_bytes(content)
    model = read_onnx(path)
    value_shapes(model)
    find_ending(model, model.graph.output[0].name if model.graph.output else "")


def _pictures(folder: Path) -> Iterable[bytes]:
    ramp = (np.indices((24, 32)).sum(axis=0) * 4).astype(np.uint8)
    colored = np.dstack([ramp, ramp[::-1], ramp])
    for kind, pixels in itertools.product(
        ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "AVIF", "JPEG2000", "PPM"), (ramp, colored)
    ):
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, kind)
        yield buffer.getvalue()
    turned = io.BytesIO()
    exif = Image.Exif()
    exif[274] = 6
    Image.fromarray(colored).save(turned, "JPEG", exif=exif, icc_profile=b"\0" * 200)
    yield turned.getvalue()
    for kind in ("GIF", "WEBP", "PNG", "AVIF", "TIFF"):
        buffer = io.BytesIO()
        frames = [Image.fromarray(np.roll(colored, 4 * index, axis=1)) for index in range(3)]
        frames[0].save(buffer, kind, save_all=True, append_images=frames[1:], duration=40)
        yield buffer.getvalue()


def _videos(folder: Path) -> Iterable[bytes]:
    short = tuple(range(0, 12_000, 3000))
    for suffix, codec in ((".mp4", "libx264"), (".mkv", "libx264"), (".ts", "libx264"), (".avi", "mpeg4")):
        yield write_clip(folder / f"seed{suffix}", short, size=(48, 32), codec=codec).read_bytes()
    yield write_clip(folder / "seed.flv", short, size=(48, 32)).read_bytes()
    yield write_clip(folder / "sound.mkv", short, size=(48, 32), audio="aac").read_bytes()


def _models(folder: Path) -> Iterable[bytes]:
    for path in sorted(assets_root().glob("effects/*/model.glb"))[:3]:
        yield path.read_bytes()


def _networks(folder: Path) -> Iterable[bytes]:
    rng = np.random.default_rng(0)
    file = TfliteFile((1, 8, 8, 3))
    kernel, bias = rng.normal(size=(4, 3, 3, 3)).astype(np.float32), np.zeros(4, np.float32)
    fields = {"padding": 0, "strideH": 2, "strideW": 2, "dilationHFactor": 1, "dilationWFactor": 1}
    made = file.add(
        "CONV_2D",
        [file.input, file.constant(kernel), file.constant(bias)],
        (1, 4, 4, 4),
        options("Conv2DOptions", **fields),
    )
    shape = file.constant(np.array([1, 64], np.int32))
    made = file.add("RESHAPE", [made, shape], (1, 64), options("ReshapeOptions", newShape=[1, 64]))
    yield file.content(file.add("LOGISTIC", [made], (1, 64)))


def _onnx_files(folder: Path) -> Iterable[bytes]:
    yield classifier().SerializeToString()
    yield branched().SerializeToString()
    path = folder / "a.onnx"
    onnx.save(residual(), path, save_as_external_data=True, location="a.bin", size_threshold=0)
    yield path.read_bytes()


def _archives(folder: Path) -> Iterable[bytes]:
    for compression in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", compression) as outer:
            outer.writestr("a.tflite", bytes(100))
            inner = io.BytesIO()
            with zipfile.ZipFile(inner, "w", compression) as nested:
                nested.writestr("b.tflite", bytes(229_746))
            outer.writestr("c.task", inner.getvalue())
        yield buffer.getvalue()


def _packs(folder: Path) -> Iterable[bytes]:
    for path in sorted(assets_root().glob("effects/*/effect.toml")):
        yield path.read_bytes().replace(f'"{path.parent.name}"'.encode(), b'"aviator"', 1)


def _specs(folder: Path) -> Iterable[bytes]:
    yield b"lipstick(color=#a3123a, opacity=0.8, finish=gloss)"
    yield b"aviator(offset_mm=[1, 2.5, -3e1])"
    yield b"background(blur=18)"


def _configs(folder: Path) -> Iterable[bytes]:
    yield from (config_path(name).read_bytes() for name in ("default", "glasses", "makeup", "profile"))


def _recognizers(folder: Path) -> Iterable[bytes]:
    path = folder / "mine.toml"
    rng = np.random.default_rng(0)
    for window_s in (0.0, 0.6):
        recordings = [
            ClassRecording(name, "clip", np.arange(12) / 10.0, rng.normal(0, 1, (12, 6)).astype(np.float32))
            for name in ("wave", "none")
        ]
        Recognizer(recordings, ("face",), window_s).save(path)
        yield path.read_bytes()


def _settings(folder: Path) -> Iterable[bytes]:
    yield b"camera.fov_deg=60"
    yield b"perception.face={max_faces=2}"
    yield b'effects=["aviator", "lipstick(color=#ff0000)"]'


def _calibrations(folder: Path) -> Iterable[bytes]:
    numbers = {"fx": 900.5, "fy": 900.5, "cx": 640.0, "cy": 360.0, "width": 1280, "height": 720}
    yield json.dumps(numbers).encode()
    yield json.dumps({**numbers, "distortion": [0.1, -0.2, 0.001, 0.0, 0.03]}).encode()


def _commands(folder: Path) -> Iterable[bytes]:
    yield b'{"type": "hello", "version": 2, "mode": "page", "down": "jpeg"}'
    yield b'{"type": "effects", "ticket": 3, "effects": [{"id": "aviator", "params": {"scale": 1.1}}]}'
    yield b'{"type": "view", "split": 0.5, "before": "left", "mesh": true}'
    yield b'{"type": "ack", "sequence": 7}'


def _messages(folder: Path) -> Iterable[bytes]:
    yield bytes([1, *bytes(15)]) + encode_jpeg(np.full((32, 48, 3), 90, np.uint8), 80)


def _streams(folder: Path) -> Iterable[bytes]:
    encoder = H264Encoder(48, 32, 23)
    pixels = (np.indices((32, 48)).sum(axis=0) * 3).astype(np.uint8)
    for shift in range(2):
        yield encoder.encode(np.repeat(np.roll(pixels, shift, 1)[..., None], 3, axis=2))[0]


JSON_TOKENS = (b"1e999", b"-0", b"NaN", b"null", b"[" * 50, b'"\\ud800"', b"9" * 400, b"true", b"{}")
TOML_TOKENS = (b"inf", b"nan", b"[[", b"0x", b"9" * 400, b'"""', b"1979-05-27", b"\\u0000", b"= [" * 40)

DOORS: dict[str, Door] = {
    "picture": Door(_feed_media, _pictures, (b"\xff\xd8\xff", b"GIF89a", b"acTL", b"ANMF", b"\0\0\0\0")),
    "video": Door(_feed_media, _videos, (b"moov", b"trak", b"stsz", b"elst", b"mdat", b"\xff\xff\xff\xff")),
    "gltf": Door(_feed_gltf, _models, (b'"byteOffset":', b'"count":', b'"mesh":', *JSON_TOKENS)),
    "tflite": Door(_feed_tflite, _networks, (b"TFL3", b"\xff\xff\xff\x7f")),
    "onnx": Door(_feed_onnx, _onnx_files, (b"../../x", b"location", b"\xff\xff\xff\x7f", b"ai.onnx")),
    "archive": Door(_feed_archive, _archives, (b"PK\x01\x02", b"PK\x05\x06", b".task", b"\xff\xff\xff\xff")),
    "pack": Door(_feed_pack, _packs, TOML_TOKENS),
    "spec": Door(_feed_spec, _specs, (b"(", b")", b"=", b",", b"../", b"~x/", b"9" * 400)),
    "config": Door(_feed_config, _configs, TOML_TOKENS),
    "recognizer": Door(_feed_recognizer, _recognizers, TOML_TOKENS),
    "setting": Door(_feed_setting, _settings, TOML_TOKENS),
    "calibration": Door(_feed_calibration, _calibrations, JSON_TOKENS),
    "command": Door(_feed_command, _commands, JSON_TOKENS),
    "message": Door(_feed_message, _messages, (b"\xff\xd8\xff", b"\xff\xc0", b"\xff\xda")),
    "h264": Door(_feed_h264, _streams, (b"\0\0\1\x67", b"\0\0\1\x68", b"\0\0\1\x65", b"\0\0\1\x41")),
}
