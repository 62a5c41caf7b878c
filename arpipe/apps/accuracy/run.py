"""`arpipe accuracy`: measures, prints, and writes the report."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table

from arpipe.apps.accuracy.errors import YAW_BANDS_DEG, PoseErrors
from arpipe.apps.accuracy.labels import find_labels, read_set
from arpipe.apps.accuracy.measure import (
    MirrorErrors,
    SampleErrors,
    measure_labelled,
    measure_mirror,
    measure_sample,
    measure_variant_steadiness,
)
from arpipe.apps.accuracy.plot import scatter_svg
from arpipe.apps.accuracy.steadiness import Steadiness
from arpipe.apps.accuracy.variants import VARIANTS, Variant
from arpipe.apps.batch.planning.inputs import find_inputs
from arpipe.apps.failures import print_failure
from arpipe.apps.run_files import check_outputs, source_files
from arpipe.errors import ConfigError
from arpipe.geometry.transforms import Array
from arpipe.io.atomic import make_parent, write_text
from arpipe.io.files import is_folder
from arpipe.io.outputs import NamedFile
from arpipe.types.rounding import Record

SCHEMA = 1
REPORT_FILE = "accuracy.json"
ANGLES = ("yaw", "pitch")
SUMMARY_COLUMNS = ("found", "mean", "median", "p95", "place median")


def run(
    media: Sequence[Path],
    labels: Path | None = None,
    variants: Sequence[Variant] = VARIANTS,
    report: Path | None = None,
    console: Console | None = None,
) -> int:
    """Measure the accuracy of head poses.

    Args:
        media: Folders of pictures, or clips. Those with a label file are compared with it, the others with their
            mirror images. Without any, the bundled sample and the steadiness of a filmed portrait are measured.
        labels: Label file of the one folder or clip; None to look for one beside each.
        variants: Meshes to measure.
        report: Folder for `accuracy.json` and SVG plots; None to write none.
        console: Where to print.

    Returns:
        Exit code: 1 if a picture or clip without labels could not be read and was left out, else 0.

    Raises:
        ConfigError: A label file cannot be read, or `labels` is given without exactly one folder or clip.
        MediaError: A picture or clip with labels cannot be read, or none of those without.
    """
    if labels is not None and len(media) != 1:
        raise ConfigError(f"--labels belongs to one folder or clip, got {len(media)}; give them one by one")
    console = console or Console()
    found = {path: labels or find_labels(path) for path in media}
    if report is not None:
        make_parent(report / REPORT_FILE)
        _check_report(report, found, console)
    unread: tuple[str, ...] = ()
    if media:
        record, unread = _media(found, variants, report, console)
    else:
        record = {"sample": _sample(variants, console), "steadiness": _steadiness(variants, console)}
    if report is not None:
        text = json.dumps({"schema": SCHEMA, **record}, indent=1)
        write_text(report / REPORT_FILE, text + "\n")
    for message in unread:
        print_failure(message)
    return int(bool(unread))


def _check_report(report: Path, found: Mapping[Path, Path | None], console: Console) -> None:
    """Refuse a report that would overwrite what is read."""
    plots = [_plot_file(report, path.stem, angle) for path, file in found.items() if file for angle in ANGLES]
    outputs = [NamedFile("--report", file) for file in (report / REPORT_FILE, *plots)]
    inputs = [NamedFile("labels", file) for file in found.values() if file is not None]
    check_outputs(outputs, [*source_files(map(str, found)), *inputs], console)


def _media(
    found: Mapping[Path, Path | None], variants: Sequence[Variant], report: Path | None, console: Console
) -> tuple[Record, tuple[str, ...]]:
    """Measure each clip or folder by its labels, or by its mirror images if it has none.

    Returns:
        What the report says, and messages about files that were left out.
    """
    record: Record = {}
    for path, file in found.items():
        if file is not None:
            record[path.stem] = _labelled(path, file, variants, report, console)
    unlabelled = [path for path, file in found.items() if file is None]
    if not unlabelled:
        return record, ()
    errors = _mirror(unlabelled, variants, console)
    record["mirror"] = {variant: _mirror_record(each) for variant, each in errors.items()}
    return record, tuple(dict.fromkeys(message for each in errors.values() for message in each.unread))


def _labelled(
    path: Path, file: Path, variants: Sequence[Variant], report: Path | None, console: Console
) -> Record:
    labelled = read_set(path, file)
    errors = {variant: measure_labelled(labelled, variant) for variant in variants}
    table = _table(f"{labelled.name}: rotation, degrees, and place, mm; conventions removed")
    _add_columns(table, *SUMMARY_COLUMNS)
    for variant, each in errors.items():
        table.add_row(variant, *_summary_cells(each))
    console.print(table)
    bands = _table(f"{labelled.name}: mean error by true yaw, degrees")
    _add_columns(bands, *(f"{low}° to {high}°" for low, high in YAW_BANDS_DEG))
    for variant, each in errors.items():
        bands.add_row(variant, *(_number(_mean(each.in_band(*band))) for band in YAW_BANDS_DEG))
    console.print(bands)
    if report is not None:
        _plot(labelled.name, errors, report)
    return {variant: _record(each) for variant, each in errors.items()}


def _sample(variants: Sequence[Variant], console: Console) -> Record:
    errors: dict[Variant, SampleErrors] = {variant: measure_sample(variant) for variant in variants}
    table = _table("sample: rotation, degrees; place and pupillary distance (PD), mm; median of depth, %")
    _add_columns(table, *SUMMARY_COLUMNS, "depth", "PD")
    for variant, each in errors.items():
        depth = 100.0 * float(np.median(np.abs(each.depth))) if each.depth.size else np.nan
        table.add_row(
            variant, *_summary_cells(each.pose), _number(depth), _number(each.pupillary_distance_mm)
        )
    console.print(table)
    return {
        variant: {
            **_record(each.pose),
            "depth_median_percent": 100.0 * float(np.median(np.abs(each.depth))),
            "pupillary_distance_error_mm": each.pupillary_distance_mm,
        }
        for variant, each in errors.items()
    }


def _steadiness(variants: Sequence[Variant], console: Console) -> Record:
    found: dict[Variant, Steadiness] = {variant: measure_variant_steadiness(variant) for variant in variants}
    table = _table("steadiness: RMS at rest, px, and lag in motion, frames, at 640×480 with noise")
    _add_columns(table, "landmarks", "lens corner", "landmarks lag", "lens lag")
    for variant, each in found.items():
        row = (each.landmarks_px, each.lens_px, each.landmarks_lag, each.lens_lag)
        table.add_row(variant, *map(_number, row))
    console.print(table)
    return {
        variant: {
            "landmarks_px": each.landmarks_px,
            "lens_px": each.lens_px,
            "landmarks_lag_frames": each.landmarks_lag,
            "lens_lag_frames": each.lens_lag,
        }
        for variant, each in found.items()
    }


def _mirror(
    media: Sequence[Path], variants: Sequence[Variant], console: Console
) -> dict[Variant, MirrorErrors]:
    files = [file for path in media for file in _files(path)]
    found: dict[Variant, MirrorErrors] = {variant: measure_mirror(files, variant) for variant in variants}
    table = _table("disagreement with the mirror image, RMS and median, degrees")
    _add_columns(table, "faces", "yaw", "pitch", "roll", "median yaw", "pitch", "roll")
    for variant, each in found.items():
        table.add_row(
            variant, f"{len(each.angles_deg)}/{each.total}", *map(_number, (*each.rms_deg, *each.median_deg))
        )
    console.print(table)
    return found


def _files(path: Path) -> list[str]:
    """Return the pictures of a folder, so that each is read by itself, or anything else as it is."""
    if not is_folder(str(path)):
        return [str(path)]
    inputs = find_inputs([str(path)], recursive=False, outputs=()).inputs
    return [each.spec for each in inputs if each.kind != "video"] or [str(path)]


def _mirror_record(errors: MirrorErrors) -> dict[str, float | None]:
    rms_deg = errors.rms_deg.tolist() if len(errors.angles_deg) else [None] * 3
    return dict(zip(("yaw_deg", "pitch_deg", "roll_deg"), rms_deg, strict=True))


def _plot(name: str, errors: Mapping[Variant, PoseErrors], folder: Path) -> None:
    for angle in ANGLES:
        series: dict[str, tuple[Array, Array]] = {
            variant: (each.true_yaw_deg if angle == "yaw" else each.true_pitch_deg, each.angles_deg)
            for variant, each in errors.items()
        }
        svg = scatter_svg(f"{name}: error over {angle}", f"true {angle}, degrees", series)
        write_text(_plot_file(folder, name, angle), svg)


def _plot_file(folder: Path, name: str, angle: str) -> Path:
    return folder / f"{name}_{angle}.svg"


def _table(title: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("mesh")
    return table


def _add_columns(table: Table, *names: str) -> None:
    for name in names:
        table.add_column(name, justify="right")


def _mean(values: Array) -> float | None:
    return float(values.mean()) if values.size else None


def _summary_cells(errors: PoseErrors) -> tuple[str, ...]:
    record = _record(errors)
    keys = ("mean_deg", "median_deg", "p95_deg", "place_median_mm")
    return f"{record['found']}/{record['total']}", *(_number(record[key]) for key in keys)


def _record(errors: PoseErrors) -> Record:
    angles, places = errors.angles_deg, errors.places_mm
    return {
        "total": errors.total,
        "found": len(angles),
        "mean_deg": float(angles.mean()) if angles.size else None,
        "median_deg": float(np.median(angles)) if angles.size else None,
        "p95_deg": float(np.percentile(angles, 95)) if angles.size else None,
        "place_median_mm": float(np.median(places)) if places.size else None,
    }


def _number(value: float | None) -> str:
    return "–" if value is None or not np.isfinite(value) else f"{value:.2f}"
