"""Threads that start at the same moment, each with its own connection to PostgreSQL."""

from collections.abc import Callable, Sequence
from threading import Barrier, Thread

from django.db import connections


def run_together(jobs: Sequence[Callable[[], object]], seconds: float = 60) -> list:
    """What each job returned, or the exception it raised, in the order of the jobs."""
    start = Barrier(len(jobs))
    outcomes: list = [None] * len(jobs)

    def run(place: int, job: Callable[[], object]) -> None:
        try:
            start.wait(seconds)
            outcomes[place] = job()
        except Exception as error:
            outcomes[place] = error
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=item, daemon=True) for item in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(seconds)
    assert not any(thread.is_alive() for thread in threads), "a thread is stuck"
    return outcomes
