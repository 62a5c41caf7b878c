"""A profile as a self-contained HTML page, without scripts: stage bars, timeline, histogram, facts."""

from collections.abc import Sequence
from html import escape

from arpipe.apps.profile.report import ProfileReport, quality_path
from arpipe.timing import FRAME_STAGE, percentile

WIDTH = 920
BUDGET_MS = 40.0  # 25 FPS
PALETTE = ("#4f7cac", "#5aa9a3", "#e0a458", "#c8553d", "#7d5ba6", "#588b4a", "#b56576", "#6d6875", "#355070")
STYLE = """
:root{--ink:#1d2430;--soft:#667085;--line:#e3e7ee;--card:#fff;--page:#f5f6f9;--accent:#4f7cac}
@media(prefers-color-scheme:dark){:root{--ink:#e8ecf3;--soft:#98a2b3;--line:#2b3342;--card:#171c26;--page:#10141c}}
*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--ink);
font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:980px;margin:0 auto;padding:32px 16px 64px}h1{font-size:26px;margin:0}h2{font-size:16px;margin:0 0 12px}
p.sub{color:var(--soft);margin:4px 0 24px}section{background:var(--card);border:1px solid var(--line);
border-radius:12px;padding:20px;margin:0 0 20px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:0 0 20px}
.tile{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:14px 16px}
.tile b{display:block;font-size:24px;font-variant-numeric:tabular-nums}.tile span{color:var(--soft);font-size:13px}
svg{width:100%;height:auto;display:block}svg text{fill:var(--ink);font-size:12px}svg .soft{fill:var(--soft)}
svg .grid{stroke:var(--line)}svg .budget{stroke:#c8553d;stroke-dasharray:5 4}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}td,th{padding:5px 8px;text-align:right;
border-bottom:1px solid var(--line)}td:first-child,th:first-child{text-align:left}th{color:var(--soft);font-weight:500}
"""


def page_html(report: ProfileReport) -> str:
    """Return the HTML text of a report."""
    run = report.run
    effects = ", ".join(run["effects"]) or "no effect"
    pace = " live" if run.get("live") else ""
    head = (
        f"{run['source']}{pace} · {run['width']}×{run['height']} · {effects} · {report.frame_ms.count} frames"
    )
    body = "".join(
        (
            f"<h1>arpipe profile</h1><p class=sub>{escape(head)}</p>",
            _tiles(report),
            _section("Stages of a frame (median, ms)", _bars(report)),
            _section("Frame by frame (ms)", _timeline(report.samples[FRAME_STAGE])),
            _section("Distribution of frame times (ms)", _histogram(report.samples[FRAME_STAGE])),
            _section("Stages, ms", _stages(report)),
            _section("Decisions of the governor", _decisions(report)) if run.get("live") else "",
            _section("Measured on", _facts(report)),
        )
    )
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>arpipe profile</title><style>{STYLE}</style><main>{body}</main></html>\n"
    )


def _section(title: str, content: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{content}</section>"


def _tiles(report: ProfileReport) -> str:
    rate = report.intervals
    tiles = (
        (f"{report.frame_ms.p50:.1f} ms", "median frame"),
        (f"{report.frame_ms.p99:.1f} ms", "99th percentile"),
        (f"{1000 / report.frame_ms.p99:.0f}", "FPS at p99"),
        (f"{rate.low_1_percent_fps:.0f}", "1 % low FPS, wall time"),
        (f"{rate.jitter_ms:.1f} ms", "jitter"),
        *_live_tiles(report),
        (f"{report.cpu_percent:.0f} %", "CPU (100 = one core)"),
        (f"{report.rss_mb:.0f} MiB", "memory"),
    )
    cells = "".join(
        f"<div class=tile><b>{escape(value)}</b><span>{escape(label)}</span></div>" for value, label in tiles
    )
    return f"<div class=tiles>{cells}</div>"


def _live_tiles(report: ProfileReport) -> list[tuple[str, str]]:
    """Return the tiles of a live run."""
    if not report.run.get("live"):
        return []
    lost = " · ".join(f"{count} at {place}" for place, count in report.dropped.items() if count)
    return [
        (f"{report.latency_ms.p50:.1f} ms", f"capture to present, p95 {report.latency_ms.p95:.1f}"),
        (f"{sum(report.dropped.values())}", f"dropped: {lost}" if lost else "dropped"),
        (f"{len(report.decisions)}", f"changes of quality; final level: {report.run.get('quality')}"),
    ]


def _decisions(report: ProfileReport) -> str:
    rows = "".join(
        f"<tr><td>{escape(change['from'])} → {escape(change['to'])}</td><td>{change['time_s']:.1f} s</td>"
        f"<td>{change['p95_ms']:.1f} ms</td></tr>"
        for change in report.decisions
    )
    head = "<tr><th>change</th><th>time</th><th>frames' p95</th></tr>"
    return f"<table>{head}{rows}</table>" if rows else f"<p>{escape(quality_path(report))}</p>"


def _bars(report: ProfileReport) -> str:
    stages = list(report.stages.items())
    longest = max(durations.p95 for _, durations in stages) or 1.0
    rows = []
    for row, (stage, durations) in enumerate(stages):
        y, color = row * 28, PALETTE[row % len(PALETTE)]
        width, whisker = (durations.p50 / longest * 680, durations.p95 / longest * 680)
        rows.append(
            f'<text x="88" y="{y + 16}" text-anchor="end">{escape(stage)}</text>'
            f'<rect x="98" y="{y + 3}" width="{width:.1f}" height="18" rx="3" fill="{color}"/>'
            f'<line x1="{98 + width:.1f}" x2="{98 + whisker:.1f}" y1="{y + 12}" y2="{y + 12}" stroke="{color}"/>'
            f'<text class="soft" x="{106 + whisker:.1f}" y="{y + 16}">{durations.p50:.2f} · p95 '
            f"{durations.p95:.2f}</text>"
        )
    return _svg(len(stages) * 28, "".join(rows), "Bar chart of the stages' medians")


def _timeline(frames_ms: Sequence[float]) -> str:
    height, top = 180, max(percentile(frames_ms, 0.995) * 1.15, 1.0)
    step = (WIDTH - 50) / max(len(frames_ms) - 1, 1)
    path = " ".join(
        f"{50 + index * step:.1f},{height - min(value, top) / top * (height - 10):.1f}"
        for index, value in enumerate(frames_ms)
    )
    line = f'<polyline points="{path}" fill="none" stroke="var(--accent)" stroke-width="1.4"/>'
    return _svg(height + 8, _grid(top, height) + _budget(top, height) + line, "Time of each frame")


def _histogram(frames_ms: Sequence[float], bins: int = 40) -> str:
    top = max(percentile(frames_ms, 0.995), 1e-3)
    counts = [0] * bins
    for value in frames_ms:
        counts[min(int(value / top * bins), bins - 1)] += 1
    height, most, width = 150, max(counts), (WIDTH - 50) / bins
    bars = "".join(
        f'<rect x="{50 + index * width:.1f}" y="{height - count / most * 140:.1f}" width="{width - 1.5:.1f}" '
        f'height="{count / most * 140:.1f}" fill="var(--accent)"/>'
        for index, count in enumerate(counts)
    )
    labels = "".join(
        f'<text class="soft" x="{50 + share * (WIDTH - 50):.0f}" y="{height + 16}" text-anchor="middle">'
        f"{top * share:.1f}</text>"
        for share in (0.0, 0.25, 0.5, 0.75, 0.98)
    )
    return _svg(height + 22, bars + labels, "Histogram of the frames' time, ms")


def _grid(top: float, height: int) -> str:
    lines = []
    for share in (0.25, 0.5, 0.75, 1.0):
        y = height - share * (height - 10)
        lines.append(
            f'<line class="grid" x1="50" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text class="soft" x="44" y="{y + 4:.1f}" text-anchor="end">{top * share:.1f}</text>'
        )
    return "".join(lines)


def _budget(top: float, height: int) -> str:
    if top < BUDGET_MS:
        return ""
    y = height - BUDGET_MS / top * (height - 10)
    return f'<line class="budget" x1="50" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>'


def _svg(height: int, content: str, label: str) -> str:
    return f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(label)}">{content}</svg>'


def _stages(report: ProfileReport) -> str:
    columns = ("p50", "p90", "p95", "p99", "max")
    head = "".join(f"<th>{column}</th>" for column in ("stage", *columns, "count"))
    rows = "".join(
        f"<tr><td>{escape(stage)}</td>"
        + "".join(f"<td>{getattr(durations, column):.2f}</td>" for column in columns)
        + f"<td>{durations.count}</td></tr>"
        for stage, durations in [*report.stages.items(), (FRAME_STAGE, report.frame_ms)]
    )
    return f"<table><tr>{head}</tr>{rows}</table>"


def _facts(report: ProfileReport) -> str:
    facts = {**report.machine, **report.run}
    for name in ("versions", "networks"):
        entries = facts.pop(name, {})
        facts[name] = ", ".join(f"{key} {value}" for key, value in entries.items())
    rows = "".join(
        f"<tr><td>{escape(str(key))}</td><td>{escape(str(value))}</td></tr>"
        for key, value in facts.items()
        if value not in (None, {}, [])
    )
    return f"<table>{rows}</table>"
