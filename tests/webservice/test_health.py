"""/healthz and /readyz (W12)."""

import pytest
from django.test import Client

from webservice import health


def test_alive_without_asking_anybody(client, monkeypatch):
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")


@pytest.mark.django_db
def test_ready(client):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready",
        "checks": {"database": "ok", "valkey": "ok", "migrations": "ok"},
    }
    assert "no-cache" in answer["Cache-Control"]


@pytest.mark.django_db
def test_not_ready_without_valkey(client, settings):
    settings.REDIS_URL = "unix:///nowhere/valkey.sock"
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "status": "not ready",
        "checks": {"database": "ok", "valkey": "failing", "migrations": "ok"},
    }


@pytest.mark.django_db
def test_not_ready_while_a_migration_waits(client):
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder.Migration.objects.filter(app="webservice").delete()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["checks"]["migrations"]) == (503, "failing")


def test_not_ready_without_a_database(monkeypatch):
    def gone():
        raise OSError

    monkeypatch.setitem(health.CHECKS, "database", gone)
    monkeypatch.setitem(health.CHECKS, "migrations", gone)
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"database": "failing", "valkey": "ok", "migrations": "failing"}


@pytest.mark.django_db
def test_probes_without_tls_are_not_sent_elsewhere(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    assert [client.get(path).status_code for path in ("/healthz", "/readyz", "/api/v1/balance")] == [200, 200, 301]
