"""Chrome trace of a run, for Perfetto and chrome://tracing.

It has a lane per thread with a box per stage, an arrow from the capture of each frame through all threads to its
finished picture, a counter of the frame time, and a mark where the governor changed the quality. Dropped frames have
no arrow.
"""

import json
from collections.abc import Iterator, Sequence

from arpipe.apps.profile.record import Lane
from arpipe.apps.stream.loop import PRESENT
from arpipe.inference.runtime import BACKGROUND
from arpipe.timing import FRAME_STAGE, Span

Event = dict[str, object]
"""An event of the trace, as JSON."""

PROCESS = 1
LANES = {"MainThread": "main, drawing", f"{BACKGROUND}_0": "networks in the background"}


def trace_json(lanes: Sequence[Lane], decisions: Sequence[tuple[float, str]] = ()) -> str:
    """Return the text of the trace.

    Args:
        lanes: Threads and their spans, in any order.
        decisions: Times at which the governor changed the quality, on the clock of the spans, s, and their texts.
    """
    threads = {name: lane for lane, name in enumerate(dict.fromkeys(name for name, _ in lanes), start=1)}
    start_s = min((span.start_s for _, span in lanes), default=0.0)
    events = [
        _meta("process_name", 0, {"name": "arpipe"}),
        *(_meta("thread_name", lane, {"name": LANES.get(name, name)}) for name, lane in threads.items()),
        *(_box(span, threads[name], start_s) for name, span in lanes),
        *_flows([(threads[name], span) for name, span in lanes], start_s),
        *(_mark(text, time_s - start_s) for time_s, text in decisions if time_s >= start_s),
    ]
    return json.dumps({"traceEvents": events, "displayTimeUnit": "ms"}) + "\n"


def _mark(text: str, time_s: float) -> Event:
    return {"name": text, "cat": "governor", "ph": "i", "s": "g", "pid": PROCESS, "ts": _us(time_s)}


def _flows(spans: Sequence[tuple[int, Span]], start_s: float) -> Iterator[Event]:
    """Build the arrow of each presented frame; of each frame if none is presented."""
    by_frame: dict[int, list[tuple[int, Span]]] = {}
    for lane, span in spans:
        by_frame.setdefault(span.frame, []).append((lane, span))
    presented = {span.frame for _, span in spans if span.stage == PRESENT} or set(by_frame)
    for frame in sorted(presented):
        yield from _flow(frame, by_frame[frame], start_s)


def _box(span: Span, lane: int, start_s: float) -> Event:
    return {
        "name": span.stage,
        "cat": "stage",
        "ph": "X",
        "pid": PROCESS,
        "tid": lane,
        "ts": _us(span.start_s - start_s),
        "dur": round(span.duration_ms * 1000.0, 1),
        "args": {"frame": span.frame},
    }


def _flow(frame: int, members: list[tuple[int, Span]], start_s: float) -> list[Event]:
    """Build the arrow of a frame through all its threads, and the counter of its time."""
    members = sorted(members, key=lambda member: member[1].start_s)
    first_lane, first = members[0]
    # Views of the head may be looked at in the background for longer than their frame takes to be presented.
    last_lane, last = max(members, key=lambda member: (member[1].stage == PRESENT, _end_s(member[1])))
    total_ms = sum(span.duration_ms for _, span in members if span.stage == FRAME_STAGE)
    arrow = {"name": "frame", "cat": "flow", "id": frame, "pid": PROCESS}
    entered: dict[int, Span] = {}
    for lane, span in members:
        entered.setdefault(lane, span)
    return [
        {**arrow, "ph": "s", "tid": first_lane, "ts": _us(_end_s(first) - start_s) - 0.1},
        *(
            {**arrow, "ph": "t", "tid": lane, "ts": _us(span.start_s - start_s)}
            for lane, span in entered.items()
            if lane not in (first_lane, last_lane) and span.start_s <= _end_s(last)
        ),
        {**arrow, "ph": "f", "bp": "e", "tid": last_lane, "ts": _us(_end_s(last) - start_s) - 0.1},
        {
            "name": "frame_ms",
            "ph": "C",
            "pid": PROCESS,
            "tid": last_lane,
            "ts": _us(_end_s(last) - start_s),
            "args": {"ms": round(total_ms, 3)},
        },
    ]


def _end_s(span: Span) -> float:
    return span.start_s + span.duration_ms / 1000.0


def _meta(name: str, lane: int, args: Event) -> Event:
    return {"name": name, "ph": "M", "pid": PROCESS, "tid": lane, "args": args}


def _us(seconds: float) -> float:
    return round(seconds * 1e6, 1)
