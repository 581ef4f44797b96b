"""The nightly proof that the money is right."""

import logging
import time

from celery import shared_task
from django.core.cache import cache

from accounts import audit
from credit.services import check_ledger as check

LAST_CHECK = "ledger-last-check"  # in the cache: (when, as seconds since 1970; how many problems)
logger = logging.getLogger(__name__)


@shared_task(name="credit.check_ledger")
def check_ledger() -> int:
    """Check every account; what does not add up is logged as an error and kept in the audit trail. How many."""
    problems = check()
    cache.set(LAST_CHECK, (time.time(), len(problems)), None)
    for problem in problems:
        logger.error("ledger: account %s: %s", problem.account_id, problem)
    if problems:
        audit.record(
            action="ledger.wrong",
            details={"problems": len(problems), "first": [str(problem) for problem in problems[:20]]},
        )
    else:
        logger.info("ledger: everything adds up")
    return len(problems)
