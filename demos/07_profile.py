"""Time per stage of a frame, from Python: `python demos/07_profile.py [frames]`."""

import sys

from arpipe import ProfileConfig, RunConfig, profile

frames = int(sys.argv[1]) if len(sys.argv) > 1 else 120
report = profile(ProfileConfig(frames=frames), RunConfig(effects=("aviator",)))
for stage, durations in report.stages.items():
    print(f"{stage:10s} {durations.p50:6.2f} ms   p95 {durations.p95:6.2f} ms")
print(f"{'frame':10s} {report.frame_ms.p50:6.2f} ms   p99 {report.frame_ms.p99:6.2f} ms")
print(f"{report.intervals.fps:.1f} FPS over wall time")
