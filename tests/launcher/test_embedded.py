"""The servers really run: in a folder with spaces, with a long path, one launcher at a time, and keep their data."""

import os
import shutil
import signal
import tempfile
from pathlib import Path

import psycopg
import pytest
import redis

from launcher import embedded, leftovers, postgres
from launcher.environment import LauncherError
from launcher.processes import Supervisor
from tests.launcher.test_processes import until


@pytest.fixture
def folder():
    """One that root's PostgreSQL, which runs as nobody, can reach; pytest's own is closed."""
    with tempfile.TemporaryDirectory(prefix="sms-") as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture(autouse=True)
def no_other_servers(monkeypatch):
    monkeypatch.delenv("DATABASE_URL")
    monkeypatch.delenv("REDIS_URL")


def test_data_is_kept_from_one_start_to_the_next(folder):
    state = folder / "a state folder with spaces"
    with embedded.servers(Supervisor(), state) as env:
        with psycopg.connect(env["DATABASE_URL"]) as database:
            database.execute("CREATE TABLE kept AS SELECT 'سلام' AS word")
            settings = dict(database.execute("SELECT name, setting FROM pg_settings").fetchall())
        redis.Redis.from_url(env["REDIS_URL"]).set("kept", "1")
    assert {name: settings[name] for name in ("data_checksums", "synchronous_commit", "fsync", "jit")} == {
        "data_checksums": "on", "synchronous_commit": "on", "fsync": "on", "jit": "off",
    }  # fmt: skip
    with embedded.servers(Supervisor(), state) as env:
        with psycopg.connect(env["DATABASE_URL"]) as database:
            assert database.execute("SELECT word FROM kept").fetchone() == ("سلام",)
        assert redis.Redis.from_url(env["REDIS_URL"]).get("kept") == b"1"
        place = postgres.Place.find(state)
        assert leftovers.postmaster(place.data) != []
    assert leftovers.postmaster(place.data) == []
    assert leftovers.marked(state) == []


def test_a_password_is_asked_for(folder):
    with embedded.servers(Supervisor(), folder) as env:
        wrong = env["DATABASE_URL"].replace("postgresql://sms:", "postgresql://sms:x")
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(wrong)


def test_sockets_lie_elsewhere_when_the_path_is_too_long(folder):
    state = folder / ("x" * 60) / ("y" * 60)
    with embedded.servers(Supervisor(), state) as env:
        with psycopg.connect(env["DATABASE_URL"]) as database:
            sockets = database.info.host
            assert database.execute("SELECT 1").fetchone() == (1,)
        assert redis.Redis.from_url(env["REDIS_URL"]).ping()
        assert not sockets.startswith(str(state))
    assert not Path(sockets).exists()


def test_a_second_launcher_is_refused(folder):
    refusal = pytest.raises(LauncherError, match=rf"Already running with .* \(process {os.getpid()}\)")
    with embedded.servers(Supervisor(), folder), refusal, embedded.servers(Supervisor(), folder):
        pytest.fail("two launchers on one folder")


def test_servers_named_in_the_environment_are_used(folder, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://db.example/sms")
    monkeypatch.setenv("REDIS_URL", "redis://cache.example/0")
    supervisor = Supervisor()
    with embedded.servers(supervisor, folder) as env:
        assert (env["DATABASE_URL"], env["REDIS_URL"]) == ("postgresql://db.example/sms", "redis://cache.example/0")
        assert supervisor.children == []
    assert not (folder / "postgres").exists()


def test_a_killed_postgresql_starts_again_with_every_committed_row(folder):
    supervisor = Supervisor()
    with embedded.servers(supervisor, folder) as env:
        with psycopg.connect(env["DATABASE_URL"]) as database:
            database.execute("CREATE TABLE kept AS SELECT generate_series(1, 1000) AS number")
        server = next(child for child in supervisor.children if child.name == "PostgreSQL")
        server.signal(signal.SIGKILL)
        server.process.wait()
        first = server.process.pid

        def is_back() -> bool:
            supervisor.look_after((server.restart_at or 0) + 3600)
            return server.is_running() and server.process.pid != first and server.ready(server)

        until(is_back, 60)
        with psycopg.connect(env["DATABASE_URL"]) as database:
            assert database.execute("SELECT count(*) FROM kept").fetchone() == (1000,)


def test_an_older_cluster_is_refused_with_advice(folder):
    (folder / "postgres").mkdir()
    (folder / "postgres" / "PG_VERSION").write_text("15\n")
    refusal = pytest.raises(LauncherError, match="was made by PostgreSQL 15, this is 18")
    with refusal, embedded.servers(Supervisor(), folder):
        pytest.fail("must not start")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL under another account")
def test_roots_data_lies_where_the_other_account_can_reach_it(folder):
    state = folder / "closed" / "var"
    state.mkdir(parents=True)
    state.parent.chmod(0o700)
    home = postgres.outside_home(state.resolve())
    try:
        with embedded.servers(Supervisor(), state) as env:
            with psycopg.connect(env["DATABASE_URL"]) as database:
                assert database.execute("SELECT 1").fetchone() == (1,)
            assert (state / "postgres").resolve() == home / "postgres"
            assert redis.Redis.from_url(env["REDIS_URL"]).ping()
    finally:
        shutil.rmtree(home)


@pytest.mark.parametrize(("gigabytes", "shared"), [(1, "128MB"), (8, "512MB"), (24, "1024MB"), (256, "1024MB")])
def test_memory_is_a_share_of_the_machines(gigabytes, shared):
    assert postgres.memory_settings(gigabytes * 1024**3)["shared_buffers"] == shared
