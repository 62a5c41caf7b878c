"""Landmarks of a long video on all cores: `python demos/27_long_video_in_pieces.py [video] [folder] [seconds]`.

The video is cut at key frames into pieces of so many seconds, which several processes share, and their data is joined.
Run it again after Ctrl-C: pieces that are done are not repeated.
"""

import json
import sys
from pathlib import Path

from arpipe import BatchConfig, JobsConfig, batch

given = dict(enumerate(sys.argv))
video = Path(given.get(1, "out/sample.mp4"))
folder = Path(given.get(2, "out/data"))
seconds = float(given.get(3, "5"))


def main() -> int:
    """Cut, process and join the video; returns the exit code of the batch."""
    folder.mkdir(parents=True, exist_ok=True)
    if 1 not in given and not video.exists():
        batch(BatchConfig(source="sample", output=video))
    config = BatchConfig(
        inputs=(str(video),),
        export=folder,
        existing="resume",
        # Trackers begin `overlap_s` before each piece, so that people keep their ids.
        workers=JobsConfig(jobs="auto", segment_s=seconds, overlap_s=min(2.0, seconds / 2)),
    )
    code = batch(config)
    if code == 0:
        _, *lines = (folder / f"{video.stem}.jsonl").read_text(encoding="utf-8").splitlines()
        ids = {face["id"] for line in lines for face in json.loads(line)["faces"]}
        print(f"{len(lines)} frames, faces with the ids {sorted(ids)}")
    return code


if __name__ == "__main__":  # each process imports this file
    sys.exit(main())
