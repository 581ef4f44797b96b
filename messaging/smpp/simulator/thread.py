"""The simulator in a thread of its own, for tests."""

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager

from messaging.smpp.simulator.options import Options
from messaging.smpp.simulator.server import Smsc, Submit


class Simulator:
    """A running `Smsc` that may be called from any thread. ``options`` may be changed while it runs."""

    def __init__(self, options: Options, *, port: int = 0, seed: int | None = None):
        self.host = "127.0.0.1"
        self._loop = asyncio.new_event_loop()
        self._smsc = Smsc(options, seed=seed)
        self._thread = threading.Thread(target=self._run, name="smsc-simulator", daemon=True)
        self._thread.start()
        self.port: int = self._call(self._smsc.start, self.host, port)

    @property
    def options(self) -> Options:
        return self._smsc.options

    @property
    def submits(self) -> list[Submit]:
        """The accepted submits, oldest first (the last `server.RECENT`)."""
        return self._call(self._smsc.recent)

    @property
    def watched(self) -> list[tuple[str, float]]:
        """(number, seconds since 1970) of the accepted submits that ``options.watch`` names."""
        return list(self._smsc.watched)

    def stats(self) -> dict[str, int]:
        return self._call(self._smsc.stats)

    def send_mo(self, source: str, destination: str, text: str) -> int:
        return self._call(self._smsc.send_mo, source, destination, text)

    def cut(self) -> None:
        self._call(self._smsc.cut)

    def unbind(self) -> None:
        self._call(self._smsc.unbind)

    def send_raw(self, data: bytes) -> None:
        self._call(self._smsc.send_raw, data)

    def wait_until(self, condition: Callable[[dict], object], seconds: float = 20.0) -> dict:
        """Polls `stats` until ``condition(stats)``; raises TimeoutError with the last ones."""
        deadline = time.monotonic() + seconds
        while not condition(stats := self.stats()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"the simulator stayed at {stats}")
            time.sleep(0.01)
        return stats

    def stop(self) -> None:
        self._call(self._smsc.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self):
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _call(self, function, *arguments):
        async def call():
            result = function(*arguments)
            return await result if asyncio.iscoroutine(result) else result

        return asyncio.run_coroutine_threadsafe(call(), self._loop).result(30)


@contextmanager
def simulator(*, port: int = 0, seed: int | None = None, **options):
    """``with simulator(latency=0.05) as smsc:`` and then smsc.port, smsc.submits, smsc.cut(), smsc.options..."""
    running = Simulator(Options(**options), port=port, seed=seed)
    try:
        yield running
    finally:
        running.stop()
