"""Window, pauses and rates, on a clock that the tests turn."""

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st
from redis import Redis

from messaging.smpp.flow import AdaptiveWindow, Backoff
from messaging.smpp.throttle import LocalRate, SharedRate


class Clock:
    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def test_throttling_halves_the_window_and_holds_it():
    window = AdaptiveWindow(100, pause=0.25)
    assert window.on_throttled(sent_at=9.0, now=10.0)
    assert window.limit == 50
    assert window.not_before == 10.25


def test_answers_of_the_same_congestion_cut_once():
    window = AdaptiveWindow(100, pause=0.25)
    window.on_throttled(sent_at=9.0, now=10.0)
    assert not window.on_throttled(sent_at=9.9, now=10.1)
    assert (window.limit, window.not_before) == (50, 10.25)
    assert window.on_throttled(sent_at=10.3, now=10.4)
    assert window.limit == 25


def test_pauses_grow_until_a_window_was_accepted():
    window = AdaptiveWindow(100, pause=0.25, longest_pause=1.0)
    pauses = []
    for second in range(5):
        window.on_throttled(sent_at=second + 0.5, now=second + 1.0)
        pauses.append(window.not_before - (second + 1.0))
    assert pauses == [0.25, 0.5, 1.0, 1.0, 1.0]
    window.on_accepted(10)
    window.on_throttled(sent_at=8.0, now=9.0)
    assert window.not_before == 9.25


def test_the_window_grows_by_one_a_window_up_to_its_maximum():
    window = AdaptiveWindow(10)
    window.on_throttled(1.0, 2.0)
    assert window.limit == 5
    for _ in range(5):
        window.on_accepted(1)
    assert window.limit == 5
    window.on_accepted(1)
    assert window.limit == 6
    window.on_accepted(1000)
    assert window.limit == 10


@given(st.lists(st.one_of(st.integers(1, 50), st.none()), max_size=60), st.integers(1, 200))
def test_the_limit_stays_between_one_and_its_maximum(events, maximum):
    window = AdaptiveWindow(maximum)
    now = 0.0
    for event in events:
        now += 1.0
        if event is None:
            window.on_throttled(now - 0.5, now)
        else:
            window.on_accepted(event)
        assert 1 <= window.limit <= maximum


def test_backoff_doubles_with_jitter_and_starts_again():
    backoff = Backoff(1.0, 10.0, rng=lambda: 1.0)
    assert [backoff.next() for _ in range(6)] == [1.0, 2.0, 4.0, 8.0, 10.0, 10.0]
    backoff.reset()
    assert backoff.next() == 1.0
    assert Backoff(1.0, 10.0, rng=lambda: 0.0).next() == 0.5


def test_a_local_rate_gives_its_burst_then_its_rate():
    clock = Clock()
    rate = LocalRate(100, burst_seconds=0.1, clock=clock)
    assert rate.take(1000) == 10
    assert rate.take(1000) == 0
    assert rate.wait_seconds() == pytest.approx(0.01)
    clock.now += 0.05
    assert rate.take(1000) == 5
    clock.now += 3600
    assert rate.take(1000) == 10


def test_a_slow_local_rate_gives_single_parts():
    clock = Clock()
    rate = LocalRate(0.5, clock=clock)
    assert rate.take(5) == 1
    assert rate.wait_seconds() == pytest.approx(2.0)
    clock.now += 2.0
    assert rate.take(5) == 1


@given(st.lists(st.tuples(st.floats(0, 0.5), st.integers(0, 100)), max_size=50), st.integers(1, 500))
def test_no_stretch_of_time_sees_more_than_rate_and_burst(steps, per_second):
    clock = Clock()
    rate = LocalRate(per_second, clock=clock)
    started, granted = clock.now, 0
    for pause, wanted in steps:
        clock.now += pause
        granted += rate.take(wanted)
        assert granted <= max(1, per_second * 0.1) + (clock.now - started) * per_second + 1e-6


def test_a_rate_of_zero_is_no_limit():
    for rate in (LocalRate(0), SharedRate(Redis.from_url(settings.REDIS_URL), "none", 0)):
        assert rate.take(12345) == 12345
        assert rate.wait_seconds() == 0


@pytest.fixture
def redis():
    with Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()
        yield client


def middle():
    return 0.5


def test_a_shared_rate_leases_slices(redis):
    clock = Clock()
    rate = SharedRate(redis, "gateway", 1000, slice_seconds=0.05, clock=clock, rng=middle)
    assert rate.take(30) == 30  # of a lease of two slices
    assert rate.take(1000) == 70
    assert rate.take(1000) == 0
    assert rate.wait_seconds() == pytest.approx(0.05)
    clock.now += 0.05
    assert rate.wait_seconds() == 0


def test_a_lease_that_is_not_used_lapses(redis):
    clock = Clock()
    rate = SharedRate(redis, "gateway", 0.001, slice_seconds=0.05, clock=clock, rng=middle)
    assert rate.take(0) == 0  # leases the one part there is
    clock.now += 10
    assert rate.take(5) == 0


def test_binds_of_one_gateway_never_take_more_than_its_rate(redis):
    clock = Clock()
    # A rate so low that the real clock of Redis adds nothing during the test.
    binds = [SharedRate(redis, "gateway", 0.001, clock=clock, rng=middle) for _ in range(4)]
    assert sum(bind.take(10) for bind in binds) == 1


def test_many_binds_share_a_bucket_equally(redis):
    clock = Clock()
    binds = [SharedRate(redis, "gateway", 1000, slice_seconds=0.05, clock=clock, rng=middle) for _ in range(4)]
    for bind in binds:
        bind.take(0)
    redis.delete("{gateway}:bucket")
    clock.now += 1
    granted = [bind.take(1000) for bind in binds]
    assert granted[0] == granted[1] == granted[2] == 25
    assert granted[3] in (25, 26)


def test_gateways_do_not_share(redis):
    first, second = (SharedRate(redis, key, 0.001) for key in ("one", "two"))
    assert (first.take(1), second.take(1)) == (1, 1)


def test_without_redis_each_bind_goes_on_with_its_share(redis):
    clock = Clock()
    binds = [SharedRate(redis, "gateway", 1000, clock=clock, rng=middle) for _ in range(4)]
    for bind in binds:
        bind.take(0)
    last = binds[-1]
    last._script = SharedRate(Redis(host="127.0.0.1", port=1), "gateway", 1000)._script
    clock.now += 1
    assert last.take(1000) == 25  # a tenth of a second of a quarter of the rate
    clock.now += 0.1
    assert last.take(1000) == 25
    last._script = binds[0]._script
    clock.now += 1
    assert last.take(1) == 1
    assert last._alone is None
