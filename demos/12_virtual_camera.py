"""Glasses in any video call: `python demos/12_virtual_camera.py [camera or file] [frames]`.

Needs `pip install "arpipe[virtualcam]"` and a virtual camera; prints what is missing.
"""

import sys

from arpipe import DeviceError, LiveConfig, MissingExtra, RunConfig, live

source = sys.argv[1] if len(sys.argv) > 1 else "0"
frames = int(sys.argv[2]) if len(sys.argv) > 2 else 0

try:
    report = live(
        LiveConfig(source=source, loop=frames > 0, frames=frames, window=False, virtual_camera=True),
        RunConfig(effects=("wayfarer",)),
    )
    print(f"sent {report.frames} pictures")
except (DeviceError, MissingExtra) as error:
    print(error)
