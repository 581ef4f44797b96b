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


def print_table(rows: list[Row]) -> None:
    print("\n| measured | median | a second | spread | yardstick | its a second | ratio | |")
    print("|---|---|---|---|---|---|---|---|")
    for row in rows:
        ratios = sorted(mine / its for mine, its in zip(row.seconds, row.yardstick_seconds, strict=True))
        print(
            f"| {row.name} | {median(row.seconds):.2f} s | {row.count / median(row.seconds):,.0f}"
            f" | {min(row.seconds):.2f}–{max(row.seconds):.2f} s | {row.yardstick}"
            f" | {row.count / median(row.yardstick_seconds):,.0f} | {median(ratios):.2f} × | {row.note} |"
        )
