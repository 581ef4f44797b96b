"""The table of results: medians, and the ratio to the yardstick of the same run."""

from dataclasses import dataclass
from statistics import median


@dataclass(slots=True)
class Row:
    """Seconds of each run for ``count`` things, and those of the yardstick, run by run."""

    name: str
    count: int
    seconds: list[float]
    yardstick: str
    yardstick_seconds: list[float]
    note: str = ""


@dataclass(slots=True)
class Wait:
    """How long one thing took, in milliseconds, thing by thing; and the same where nothing else is under way."""

    name: str
    milliseconds: list[float]
    yardstick: str
    yardstick_milliseconds: list[float]


def print_table(rows: list[Row | Wait]) -> None:
    _print_rows([row for row in rows if isinstance(row, Row)])
    _print_waits([row for row in rows if isinstance(row, Wait)])


def _print_waits(rows: list[Wait]) -> None:
    if not rows:
        return
    print("\n| measured | how many | median | p99 | longest | yardstick | its median | its p99 | ratio of medians |")
    print("|---|---|---|---|---|---|---|---|---|")
    for row in rows:
        mine, its = sorted(row.milliseconds), sorted(row.yardstick_milliseconds)
        print(
            f"| {row.name} | {len(mine):,} | {median(mine):.0f} ms | {_p99(mine):.0f} ms | {mine[-1]:.0f} ms"
            f" | {row.yardstick} | {median(its):.0f} ms | {_p99(its):.0f} ms | {median(mine) / median(its):.2f} × |"
        )


def _p99(values: list[float]) -> float:
    return values[min(len(values) * 99 // 100, len(values) - 1)]


def _print_rows(rows: list[Row]) -> None:
    if not rows:
        return
    print("\n| measured | median | a second | spread | yardstick | its a second | ratio | |")
    print("|---|---|---|---|---|---|---|---|")
    for row in rows:
        ratios = sorted(mine / its for mine, its in zip(row.seconds, row.yardstick_seconds, strict=True))
        print(
            f"| {row.name} | {median(row.seconds):.2f} s | {row.count / median(row.seconds):,.0f}"
            f" | {min(row.seconds):.2f}–{max(row.seconds):.2f} s | {row.yardstick}"
            f" | {row.count / median(row.yardstick_seconds):,.0f} | {median(ratios):.2f} × | {row.note} |"
        )
