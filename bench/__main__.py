"""``python -m bench [WHAT] [--rows N] [--runs N] [--binds N] [--latency-ms N] [--window N]``; WHAT: see --help."""

import argparse
import platform
import sys

from bench.stage import Stage
from bench.table import Row, Wait, print_table


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    print(
        f"{platform.machine()}, {platform.python_version()}; {options.runs} runs of {options.rows:,} rows\n", flush=True
    )
    with Stage(keep=options.keep) as stage:
        from bench import deliver, inbound, lists, otp, plan, post, texts

        benches = {
            "plan": plan.measure,
            "texts": texts.measure,
            "deliver": deliver.measure,
            "inbound": inbound.measure,
            "post": post.measure,
            "otp": otp.measure,
        }
        names = list(benches) if options.what == "all" else [options.what]
        benches["lists"] = lists.measure  # of a million rows, not of a run
        rows: list[Row | Wait] = []
        for name in names:
            rows += benches[name](stage, options)
    if rows:
        print_table(rows)
    return 0


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    choices = ["plan", "texts", "deliver", "inbound", "post", "otp", "lists", "all"]
    parser.add_argument("what", nargs="?", choices=choices, default="all")
    parser.add_argument("--rows", type=int, default=100_000, help="recipients of each run")
    parser.add_argument("--runs", type=int, default=5, help="counted runs; medians are shown")
    parser.add_argument("--binds", type=int, default=2, help="binds that deliver")
    parser.add_argument("--latency-ms", type=float, default=0.0, help="of the simulated operator")
    parser.add_argument("--keep", default="", help="name of a database that stays, and is found filled the next time")
    parser.add_argument("--window", type=int, default=200, help="of each bind")
    return parser.parse_args(arguments)


sys.exit(main(sys.argv[1:]))
