"""SIGTERM comes at any moment, also while the worker's main thread nudges the bind."""

from threading import Thread

from messaging.delivery import worker
from tests.messaging.delivery.bench import assert_explained, counts, wait_counts, wait_for


def test_a_signal_in_the_middle_of_a_nudge_neither_hangs_nor_is_lost(bench, monkeypatch):
    """The handler runs in the thread that it interrupted: a lock that this one holds is never given free meanwhile. It
    had hung one deploy in ten under load, and the bind with it, until it was killed."""
    bench.operator(latency=0.02)
    campaign = bench.send(500)
    engine = bench.start()
    monkeypatch.setattr(worker, "engines", [engine])
    wait_for(lambda: "DELIVERED" in counts(campaign))
    handler = Thread(target=worker._end, daemon=True)
    with engine._signal._cond:  # as `nudge` holds it
        handler.start()
        handler.join(10)
        assert not handler.is_alive()
    assert engine.join(20)
    bench.engines.remove(engine)
    assert not {"SUBMITTING", "UNKNOWN"} & counts(campaign).keys()
    bench.start()
    wait_counts(campaign, {"DELIVERED": 500})
    assert_explained(campaign)
