"""``script/bench [arguments]``: the benchmarks of the package ``bench`` against their own durable servers."""

import sys

from launcher import foreground, frontend
from launcher.embedded import servers
from launcher.processes import Supervisor
from launcher.testing import compile_translations
from launcher.variables import ROOT


def main(arguments: list[str]) -> int:
    frontend.ensure(development=True)
    compile_translations()
    supervisor = Supervisor()
    with supervisor.signals(), servers(supervisor, ROOT / "var" / "bench") as env:
        env |= frontend.node_variables()
        return foreground.run(supervisor, [sys.executable, "-m", "bench", *arguments], env)
