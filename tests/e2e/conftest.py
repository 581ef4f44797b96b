"""One running platform and one browser for each file; every test brings its own account and its own page."""

from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import override_settings

from tests.conftest import environment_of
from tests.e2e import browsing
from tests.e2e.stage import Stage
from tests.e2e.stage import stage as running_stage

_FAILED = pytest.StashKey[bool]()


@pytest.fixture(autouse=True)
def empty_valkey():
    """Not here: the platform runs on through the tests of a file, and its queues with it."""


@pytest.fixture(scope="module")
def committed(django_db_setup, django_db_blocker):
    """Rows that the children see; all are gone when the file is done."""
    import redis

    media = Path(settings.STATE_DIR) / "e2e" / "media"  # where the children look for papers
    with (
        override_settings(MEDIA_ROOT=media),
        redis.Redis.from_url(settings.REDIS_URL) as client,
        django_db_blocker.unblock(),
    ):
        client.flushdb()
        yield
        call_command("flush", verbosity=0, interactive=False)
        client.flushdb()
        connection.close()


@pytest.fixture(scope="module")
def running(committed, tmp_path_factory) -> Stage:
    with running_stage(environment_of(connection.settings_dict), tmp_path_factory.mktemp("stage")) as stage:
        yield stage


@pytest.fixture
def transactional_db(committed):
    """By this name pytest-django knows that a test wants the database; here it is emptied once a file, at its end."""


@pytest.fixture
def stage(transactional_db, running) -> Stage:
    return running


@pytest.fixture(scope="module")
def browser(chromium):
    with browsing.browser(chromium) as running:
        yield running


@pytest.fixture
def visit(request, browser, stage):
    """``visit(user)`` opens a page; at the end the test fails for whatever the guard has seen."""
    visits = browsing.Visits(browser, stage.url)
    yield visits
    if request.node.stash.get(_FAILED, False):
        visits.keep_pictures(Path(settings.STATE_DIR) / "failed", request.node.name)
    assert visits.close() == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if call.when == "call":
        item.stash[_FAILED] = report.failed
    return report
