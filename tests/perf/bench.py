"""Benchmark arpipe and its peers in turns on one clip: `python tests/perf/bench.py [--rounds N]`."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from arpipe.apps.profile.machine import describe_machine
from arpipe.assets import asset_path
from arpipe.weights import store

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TURN_LIMIT_S = 600
THREADS = (1, 2)  # of a network

# Rows of the table: title, numerator, denominator, limit, goal.
RATIOS = (
    ("plain network, ONNX Runtime / LiteRT", "network-onnxruntime", "network-litert", "<= 1.1", "<= 0.8"),
    ("plain network, ONNX Runtime / OpenVINO", "network-onnxruntime", "network-openvino", "", ""),
    ("perception, plain / MediaPipe plain", "arpipe-plain", "mediapipe-plain", "<= 0.8", "<= 0.5"),
    (
        "perception, attention / MediaPipe refined",
        "arpipe-attention",
        "mediapipe-refined",
        "<= 1.1",
        "<= 0.7",
    ),
    ("perception, v2 / MediaPipe Tasks, FaceLandmarker", "arpipe-v2", "mediapipe-tasks", "<= 0.8", "<= 0.6"),
    (
        "whole frame with glasses / MediaPipe refined",
        "arpipe-glasses",
        "mediapipe-refined",
        "<= 1.6",
        "<= 1.0",
    ),
    (
        'the same, mesh "attention"',
        "arpipe-glasses-attention",
        "mediapipe-refined",
        "<= 1.6",
        "<= 1.0",
    ),
    ("user's stack / arpipe with glasses", "user-stack", "arpipe-glasses", ">= 2", ">= 3"),
    ("decode + encode alone / batch with glasses", "decode-encode", "arpipe-batch", ">= 0.5", ">= 0.75"),
    ("full look / glasses", "arpipe-makeup", "arpipe-glasses", "<= 1.5", "<= 1.5"),
    ("full look / glasses, same mesh", "arpipe-makeup", "arpipe-glasses-attention", "<= 1.5", "<= 1.5"),
    ("3840x2160 / 1280x720, glasses", "arpipe-glasses@2160", "arpipe-glasses", "<= 2", "<= 1.3"),
    ("4 faces / 1 face, glasses", "arpipe-glasses-x4", "arpipe-glasses", "<= 3", "<= 2.5"),
    ("first frame / MediaPipe's", "first-frame-arpipe", "first-frame-mediapipe", "<= 0.7", "<= 0.4"),
)


def main() -> int:
    """Run all rounds and write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--frames", type=int, default=120)
    parser.add_argument("--peers-python", type=Path, default=ROOT / ".venv-peers" / "bin" / "python")
    parser.add_argument("--output", type=Path, default=ROOT / "out")
    given = parser.parse_args()
    given.output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(Path(folder), given.frames, given.peers_python)
        for number in range(given.rounds):
            bench.round()
            sys.stderr.write(f"round {number + 1} of {given.rounds}\n")
    report = bench.report()
    (given.output / "bench.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    table = markdown(report)
    (given.output / "bench.md").write_text(table, encoding="utf-8")
    sys.stdout.write(table)
    return 0


class Bench:
    """The clips, and the durations of each contestant."""

    def __init__(self, folder: Path, frames: int, peers_python: Path) -> None:
        self.byte_code = folder / "byte-code"
        self.peers = peers_python if peers_python.exists() else None
        self.has_openvino = (
            self.peers is not None
            and not subprocess.run(
                [str(self.peers), "-c", "import openvino"], capture_output=True, check=False
            ).returncode
        )
        self.clips = {"": folder / "clip.npy", "@2160": folder / "large.npy", "-x4": folder / "four.npy"}
        for key, size, faces, count in (
            ("", "1280x720", 1, frames),
            ("@2160", "3840x2160", 1, frames // 3 + 21),
            ("-x4", "1280x720", 4, frames),
        ):
            self._run([sys.executable, str(HERE / "clip.py"), str(self.clips[key]), "--frames", str(count),
                       "--size", size, "--faces", str(faces)])  # fmt: skip
        self.turns: dict[str, list[list[float]]] = {}
        self.video = folder / "clip.mp4"
        self._run([sys.executable, str(HERE / "throughput.py"), "encode", str(self.video), "--frames",
                   str(self.clips[""])])  # fmt: skip
        self.tflite = folder / "face_mesh.tflite"
        self.tflite.write_bytes(store.source("face_mesh"))
        self.face_landmarker = store.bundle_path("face_landmarker")
        self.glasses = asset_path("effects/aviator") / "model.glb"

    def round(self) -> None:
        """Run every contestant once."""
        for threads in THREADS:
            self._turn("network-onnxruntime", threads=threads)
            self._turn("network-litert", model=self.tflite, threads=threads)
            if self.has_openvino:
                self._turn("network-openvino", python=self.peers, model=self.tflite, threads=threads)
        if self.peers is not None:
            self._turn("mediapipe-plain", python=self.peers)
            self._turn("mediapipe-refined", python=self.peers)
            self._turn("mediapipe-tasks", python=self.peers, model=self.face_landmarker)
            self._turn("user-stack", python=self.peers, model=self.glasses)
        for name in ("arpipe-plain", "arpipe-attention", "arpipe-glasses"):
            for threads in THREADS:
                self._turn(name, threads=threads)
        self._turn("arpipe-v2")
        self._turn("arpipe-glasses-attention")
        self._turn("arpipe-makeup")
        for name in ("decode", "decode-encode", "arpipe-batch"):
            command = [sys.executable, str(HERE / "throughput.py"), name, str(self.video)]
            self.turns.setdefault(name, []).append(json.loads(self._run(command).splitlines()[-1]))
        self._turn("arpipe-glasses", clip="@2160")
        self._turn("arpipe-glasses", clip="-x4")
        self._first_frames()

    def report(self) -> dict[str, object]:
        """Summarize medians, 95th percentiles and ratios."""
        rows = {}
        for name, turns in self.turns.items():
            pooled = np.concatenate([np.array(turn) for turn in turns])
            rows[name] = {
                "p50_ms": float(np.median(pooled)),
                "p95_ms": float(np.quantile(pooled, 0.95)),
                "round_medians_ms": [float(np.median(turn)) for turn in turns],
            }
        ratios = []
        for title, over, under, bar, goal in RATIOS:
            if over in rows and under in rows:
                pairs = np.array(rows[over]["round_medians_ms"]) / np.array(rows[under]["round_medians_ms"])
                ratio = {"what": title, "ratio": float(np.median(pairs)), "low": float(pairs.min()),
                         "high": float(pairs.max()), "bar": bar, "goal": goal}  # fmt: skip
                ratios.append(ratio)
        left_out = []
        if self.peers is None:
            left_out.append(
                "MediaPipe and OpenVINO, which no interpreter here provides; see tests/perf/README.md"
            )
        return {"machine": describe_machine(), "rows": rows, "ratios": ratios, "left_out": left_out}

    def _turn(
        self,
        name: str,
        python: Path | None = None,
        model: Path | None = None,
        clip: str = "",
        threads: int = 1,
    ) -> None:
        contestant = name + (clip if clip.startswith("-") else "")
        command = [str(python or sys.executable), str(HERE / "turn.py"), contestant, str(self.clips[clip]),
                   "--threads", str(threads)]  # fmt: skip
        if model is not None:
            command += ["--model", str(model)]
        row = name + clip + (f", {threads} threads" if threads > 1 else "")
        self.turns.setdefault(row, []).append(json.loads(self._run(command, threads).splitlines()[-1]))

    def _first_frames(self) -> None:
        programs = {"first-frame-arpipe": (sys.executable, "arpipe-attention")}
        if self.peers is not None:
            programs["first-frame-mediapipe"] = (str(self.peers), "mediapipe-refined")
        for name, (python, contestant) in programs.items():
            code = (
                "import sys, numpy as np; sys.path.insert(0, sys.argv[1]);"
                "m = __import__('contestants_' + ('mediapipe' if 'mediapipe' in sys.argv[2] else 'arpipe'));"
                "f = np.array(np.load(sys.argv[3], mmap_mode='r')[0]); m.make(sys.argv[2], 1, None)(f, 0)"
            )
            start_s = time.perf_counter()
            self._run([python, "-c", code, str(HERE), contestant, str(self.clips[""])])
            self.turns.setdefault(name, []).append([(time.perf_counter() - start_s) * 1000.0])

    def _run(self, command: list[str], threads: int = 1) -> str:
        # Modules are compiled once, as pip does when it installs them, and not at each start from a checkout.
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "GLOG_minloglevel": "3",
                       "PYTHONPYCACHEPREFIX": str(self.byte_code), "PYTHONDONTWRITEBYTECODE": "",
                       "OPENBLAS_NUM_THREADS": str(threads)}  # fmt: skip
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=TURN_LIMIT_S, check=False, env=environment
        )
        if done.returncode:
            raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
        return done.stdout


def markdown(report: dict[str, object]) -> str:
    """Format both tables for the documentation."""
    lines = ["| what | ratio | range over rounds | limit | goal |", "|---|---|---|---|---|"]
    lines += [
        f"| {r['what']} | **{r['ratio']:.2f}** | {r['low']:.2f} to {r['high']:.2f} | {r['bar']} | {r['goal']} |"
        for r in report["ratios"]  # type: ignore[attr-defined]
    ]
    lines += ["", "| contestant | median ms | p95 ms |", "|---|---|---|"]
    for name, row in report["rows"].items():  # type: ignore[attr-defined]
        lines.append(f"| {name} | {row['p50_ms']:.2f} | {row['p95_ms']:.2f} |")
    machine = report["machine"]
    lines += ["", (f"{machine['cpu']}, {machine['cores']} cores, one thread per network unless stated, "  # type: ignore[index]
              f"commit {machine['commit']}.")]  # type: ignore[index]  # fmt: skip
    lines += [f"Not included: {text}." for text in report["left_out"]]  # type: ignore[attr-defined]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    raise SystemExit(main())
