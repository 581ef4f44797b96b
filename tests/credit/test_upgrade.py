"""An installation that had prices before they had revisions keeps them, and nobody pays otherwise."""

import subprocess
import sys
import uuid

import psycopg
import pytest
from django.db import connection

from launcher.variables import ROOT

OLD = """
INSERT INTO credit_tariffplan (id, name, tier, is_default, minimum_messages) VALUES (71, 'old', 3, false, 500);
INSERT INTO credit_tariff (plan_id, language, line_kind, prefix_family, price_per_part, refunds_undelivered)
    VALUES (71, 'fa', 'advertising', '', 123, true), (71, 'en', 'advertising', '', 456, false);
"""
NEW = """
SELECT number, state, minimum_messages, effective_from < now(), language, price_per_part, refunds_undelivered
FROM credit_tariffrevision JOIN credit_tariff ON credit_tariff.revision_id = credit_tariffrevision.id
WHERE plan_id = 71 ORDER BY language
"""


@pytest.fixture
def database(process_environment):
    """A database of its own on the tests' server: its name in the environment of a child process."""
    name = f"upgrade_{uuid.uuid4().hex[:12]}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    settings = connection.settings_dict
    url = process_environment["DATABASE_URL"].replace(f"/{settings['NAME']}?", f"/{name}?")
    yield process_environment | {"DATABASE_URL": url}
    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def migrate(environment, *target: str) -> None:
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0", *target]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=200)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.timeout(500)
def test_what_a_plan_had_is_its_first_revision(database):
    migrate(database, "credit", "0002")
    with psycopg.connect(database["DATABASE_URL"]) as old:
        old.execute(OLD)
    migrate(database, "credit")
    with psycopg.connect(database["DATABASE_URL"]) as new:
        assert new.execute(NEW).fetchall() == [
            (1, "published", 500, True, "en", 456, False),
            (1, "published", 500, True, "fa", 123, True),
        ]
