"""Record a camera with its microphone: `python demos/25_record_with_sound.py [camera or file] [video] [frames] [keys]`.

Sound needs the extra `audio`. Keys such as ctrl+alt+s take a snapshot while another program has the focus (extra
`keyboard`); Ctrl-C ends the recording.
"""

import sys
from pathlib import Path

from arpipe import LiveConfig, RunConfig, live

given = dict(enumerate(sys.argv))
config = LiveConfig(
    source=given.get(1, "0"),
    record=Path(given.get(2, "recorded.mp4")),
    frames=int(given.get(3, "0")),
    window=False,
    audio=True,  # of the system's microphone; microphone="headset" chooses another one
    hotkeys={given[4]: "snapshot"} if 4 in given else {},
)
report = live(config, RunConfig(effects=("aviator",)))
for path in report.recordings:
    print(f"{path}: {report.frames} pictures at {report.fps:.1f} FPS")
