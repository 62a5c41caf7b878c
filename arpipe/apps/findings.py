"""What checks of a machine find: verdicts, and how they are shown."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from rich.console import Console
from rich.table import Table
from rich.text import Text


class Verdict(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARN = "warn"  # arpipe runs, something optional is missing
    FAIL = "fail"  # arpipe does not run, or not as it should


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check saw; `mend` is the command that helps, empty when nothing is to be done."""

    check: str
    verdict: Verdict
    detail: str
    mend: str = ""


def exit_code(findings: Iterable[Finding]) -> int:
    """1 if anything that arpipe needs is missing, else 0."""
    return int(any(finding.verdict is Verdict.FAIL for finding in findings))


def show(findings: Iterable[Finding], console: Console) -> None:
    """Print the findings as a table, each mending command under what it mends."""
    styles = {Verdict.OK: "green", Verdict.WARN: "yellow", Verdict.FAIL: "bold red"}
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for finding in findings:
        detail = Text(finding.detail)
        if finding.mend:
            detail.append(f"\n→ {finding.mend}", style="bold")
        table.add_row(Text(finding.verdict, style=styles[finding.verdict]), finding.check, detail)
    console.print(table)
