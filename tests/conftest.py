"""What every test has: a database and a Valkey number of its worker's own, cheap passwords, plain static files."""

import os
import shutil

import hypothesis
import pytest
from django.conf import settings
from django.utils import translation

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

# A busy machine must not fail a property: pytest-timeout watches over time, hypothesis over truth.
hypothesis.settings.register_profile(
    "unhurried", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("unhurried")


def worker_number() -> int:
    """0 without xdist and for its first worker, 1 for the second …"""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


def pytest_configure(config: pytest.Config) -> None:
    base, _, _ = os.environ["REDIS_URL"].partition("?")
    if base.startswith("unix://"):
        use_redis(
            f"{base}?db={worker_number()}",
            f"{base}?virtual_host={worker_number()}".replace("unix://", "redis+socket://"),
        )
    else:
        url = f"{base.rpartition('/')[0] if base.count('/') > 2 else base}/{worker_number()}"
        use_redis(url, url)
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


def use_redis(url: str, broker: str) -> None:
    from smsplatform import celery_app

    os.environ["REDIS_URL"] = settings.REDIS_URL = url
    settings.CACHES["default"]["LOCATION"] = url
    settings.CELERY_BROKER_URL = broker
    celery_app.conf.broker_url = broker


@pytest.fixture(autouse=True)
def empty_valkey():
    """Nothing of an earlier test is left in the cache, the counters or the queues."""
    import redis

    with redis.Redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()


@pytest.fixture(scope="session", autouse=True)
def quick_flush():
    """After a test with transactions of its own, only tables with rows are emptied, and by DELETE: TRUNCATE makes new
    files for every table, most of which are empty."""
    from django.db.backends.postgresql.operations import DatabaseOperations

    def delete_from(self, style, tables, *, reset_sequences=False, allow_cascade=False) -> list[str]:
        with self.connection.cursor() as cursor:
            names = [self.quote_name(table) for table in tables]
            cursor.execute(
                " UNION ALL ".join(f"SELECT {n} WHERE EXISTS (SELECT FROM {name})" for n, name in enumerate(names))
            )
            full = [names[row[0]] for row in cursor]
        deletes = [f"DELETE FROM {name}" for name in full]
        return ["SET session_replication_role = replica", *deletes, "SET session_replication_role = DEFAULT"]

    replaced, DatabaseOperations.sql_flush = DatabaseOperations.sql_flush, delete_from
    yield
    DatabaseOperations.sql_flush = replaced


@pytest.fixture(autouse=True)
def default_language():
    """A request of an earlier test leaves its language in the thread."""
    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture(autouse=True)
def fresh_tables():
    """Operators are kept a minute in the process; an emptied and refilled table gives them other ids."""
    from messaging.services.express import forget_rules
    from numbers.selectors import forget_tables
    from webservice.v1.express import forget_keys

    forget_tables()
    forget_rules()
    forget_keys()


@pytest.fixture
def process_environment(db_settings: dict) -> dict[str, str]:
    """Variables for a child process (a worker, a command) that shall see this worker's test database and Valkey."""
    return environment_of(db_settings)


def environment_of(database: dict) -> dict[str, str]:
    """Our own variables, with ``database`` (Django's settings of it) and this worker's Valkey."""
    from urllib.parse import quote

    url = f"postgresql://{quote(database['USER'])}:{quote(database['PASSWORD'])}@/{database['NAME']}"
    place = f"?host={quote(database['HOST'], safe='')}" + (f"&port={database['PORT']}" if database["PORT"] else "")
    return os.environ | {"DATABASE_URL": url + place, "REDIS_URL": settings.REDIS_URL}


@pytest.fixture
def db_settings(transactional_db: None) -> dict:
    from django.db import connection

    return connection.settings_dict


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's path. Without one the test is skipped on a person's machine and fails where CI is set."""
    path = os.environ.get("CHROMIUM") or next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if path:
        return path
    advice = "No Chromium: install the system's package (apt-get install chromium) or set CHROMIUM to its path."
    if os.environ.get("CI"):
        pytest.fail(advice)
    pytest.skip(advice)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> None:
    """Tests that commit empty the tables afterwards; the triggers that forbid it on append-only tables are off here."""
    from django.db import connection

    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger"
            " WHERE NOT tgisinternal AND tgtype & 32 <> 0 AND tgenabled <> 'D'"
        )
        for table, trigger in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
