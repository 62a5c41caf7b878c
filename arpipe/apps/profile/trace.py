"""Chrome trace of a run: opens in Perfetto and chrome://tracing.

One lane a thread with a box a stage, an arrow from each frame's capture to its finished picture, counters for the
frame's time.
"""

import json
from collections.abc import Sequence
from typing import Any

from arpipe.timing import FRAME_STAGE, Span

PROCESS = 1


def trace_json(spans: Sequence[tuple[int, Span]]) -> str:
    """The trace's text.

    Args:
        spans: Thread id and span, in any order.
    """
    lanes = {
        thread: lane for lane, thread in enumerate(dict.fromkeys(thread for thread, _ in spans), start=1)
    }
    events: list[dict[str, Any]] = [
        _meta("process_name", 0, {"name": "arpipe"}),
        *(_meta("thread_name", lane, {"name": f"thread {lane}"}) for lane in lanes.values()),
    ]
    start_s = min((span.start_s for _, span in spans), default=0.0)
    by_frame: dict[int, list[tuple[int, Span]]] = {}
    for thread, span in spans:
        lane = lanes[thread]
        events.append(
            {
                "name": span.stage,
                "cat": "stage",
                "ph": "X",
                "pid": PROCESS,
                "tid": lane,
                "ts": _us(span.start_s - start_s),
                "dur": round(span.duration_ms * 1000.0, 1),
                "args": {"frame": span.frame},
            }
        )
        by_frame.setdefault(span.frame, []).append((lane, span))
    for frame, members in by_frame.items():
        events += _flow(frame, members, start_s)
    return json.dumps({"traceEvents": events, "displayTimeUnit": "ms"}) + "\n"


def _flow(frame: int, members: list[tuple[int, Span]], start_s: float) -> list[dict[str, Any]]:
    """Arrow from the frame's first span to its last, and a counter of what it took."""
    first_lane, first = min(members, key=lambda member: member[1].start_s)
    last_lane, last = max(members, key=lambda member: member[1].start_s + member[1].duration_ms / 1000.0)
    end_s = last.start_s + last.duration_ms / 1000.0
    total_ms = sum(span.duration_ms for _, span in members if span.stage == FRAME_STAGE)
    arrow = {"name": "frame", "cat": "flow", "id": frame, "pid": PROCESS}
    return [
        {**arrow, "ph": "s", "tid": first_lane, "ts": _us(first.start_s - start_s)},
        {**arrow, "ph": "f", "bp": "e", "tid": last_lane, "ts": _us(end_s - start_s) - 0.1},
        {
            "name": "frame_ms",
            "ph": "C",
            "pid": PROCESS,
            "tid": last_lane,
            "ts": _us(end_s - start_s),
            "args": {"ms": round(total_ms, 3)},
        },
    ]


def _meta(name: str, lane: int, args: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "ph": "M", "pid": PROCESS, "tid": lane, "args": args}


def _us(seconds: float) -> float:
    return round(seconds * 1e6, 1)
