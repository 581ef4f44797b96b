"""One works for all who wait: everybody gets their own result, once."""

import threading

import pytest

from common.combining import Combiner
from tests.concurrency.together import run_together


def test_alone_a_caller_is_served_alone_and_at_once():
    batches = []
    combiner = Combiner(lambda items: batches.append(list(items)) or [item * 2 for item in items])
    assert [combiner.submit(n) for n in (1, 2, 3)] == [2, 4, 6]
    assert batches == [[1], [2], [3]]


def test_those_who_come_while_one_is_at_work_are_served_together():
    entered, go_on, batches = threading.Event(), threading.Event(), []

    def work(items):
        batches.append(sorted(items))
        if len(batches) == 1:
            entered.set()
            assert go_on.wait(10)
        return [-item for item in items]

    combiner = Combiner(work, most=4)
    results: dict[int, int] = {}
    threads = [threading.Thread(target=lambda n=n: results.update({n: combiner.submit(n)})) for n in range(8)]
    threads[0].start()
    assert entered.wait(10)
    for thread in threads[1:]:
        thread.start()
    while len(combiner._waiting) < 7:
        assert threads[0].is_alive()
    go_on.set()
    for thread in threads:
        thread.join(10)
    assert results == {n: -n for n in range(8)}
    assert [len(batch) for batch in batches] == [1, 4, 3]


def test_what_the_work_raises_is_raised_in_everyone_it_was_done_for_and_in_nobody_else():
    def work(items):
        if "bad" in items:
            raise ValueError(len(items))
        return items

    combiner = Combiner(work)
    with pytest.raises(ValueError, match="1"):
        combiner.submit("bad")
    assert combiner.submit("good") == "good"


def test_a_crowd_gets_each_their_own():
    combiner = Combiner(lambda items: [item + 1 for item in items], most=7)
    jobs = [lambda n=n: [combiner.submit(n * 1000 + k) for k in range(50)] for n in range(40)]
    assert run_together(jobs) == [[n * 1000 + k + 1 for k in range(50)] for n in range(40)]
    assert combiner._waiting == []
    assert not combiner._busy
