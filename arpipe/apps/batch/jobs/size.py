"""Sizes of inputs, and estimates of processing times from them."""

from collections.abc import Iterable
from pathlib import Path
from statistics import fmean

from arpipe.apps.batch.jobs.job import Job

PHOTO_FACTOR = 0.1  # time for a byte of a photo over that for a byte of a video; it differs between cameras


def input_bytes(job: Job) -> int:
    """Return the size of an input; 0 if it is not a file of this machine."""
    try:
        return Path(job.spec).stat().st_size
    except (OSError, ValueError):
        return 0


def relative_durations(jobs: Iterable[Job]) -> dict[str, float]:
    """Estimate from sizes how long inputs take, relative to their mean, which stands for inputs of unknown size.

    Returns:
        Input → duration. The mean is 1.
    """
    sizes = {job.spec: input_bytes(job) * (PHOTO_FACTOR if job.mode == "image" else 1.0) for job in jobs}
    known = [size for size in sizes.values() if size]
    mean = fmean(known) if known else 1.0
    return {spec: size / mean if size else 1.0 for spec, size in sizes.items()}
