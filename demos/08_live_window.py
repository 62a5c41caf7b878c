"""A webcam try-on in a window, from Python: `python demos/08_live_window.py [camera or file] [frames] [--no-window]`.

Press H in the window to list its keys.
"""

import sys

from arpipe import LiveConfig, Picture, RunConfig, live

source = sys.argv[1] if len(sys.argv) > 1 else "0"
frames = int(sys.argv[2]) if len(sys.argv) > 2 else 0
window = "--no-window" not in sys.argv


def watch(picture: Picture) -> bool:
    """Receive every picture that was shown; returning False would end the run."""
    for face in picture.result.faces:
        if face.pose is not None and face.pose.yaw_deg > 30:
            print(f"frame {picture.result.frame.index}: face {face.track_id} looks aside")
    return True


report = live(
    LiveConfig(source=source, loop=frames > 0, frames=frames, window=window),
    RunConfig(effects=("aviator",)),
    watch,
)
print(f"{report.frames} pictures at {report.fps:.1f} FPS, {report.latency_p50_ms:.0f} ms behind the camera")
