import dataclasses

import pytest

from messaging.delivery import engine
from messaging.services import sending
from messaging.smpp.simulator import server
from tests.chaos.platform import Platform
from tests.chaos.servers import PrivateDatabase, PrivateValkey, folder
from tests.chaos.size import scaled
from tests.messaging.delivery.bench import bench

__all__ = ["bench"]


@pytest.fixture(autouse=True)
def room(monkeypatch):
    """For what is large by hand: sends of any size, and an operator that remembers all of them."""
    monkeypatch.setattr(sending, "MOST", scaled(sending.MOST))
    monkeypatch.setattr(server, "RECENT", scaled(server.RECENT))


@pytest.fixture
def hasty(monkeypatch):
    """Binds come back after hundredths of a second, where a test breaks them many times."""
    quick = dict.fromkeys(("reconnect_min_seconds", "refused_min_seconds", "unbind_timeout_seconds"), 0.01)
    quick |= {"reconnect_max_seconds": 0.02, "refused_max_seconds": 0.02, "enquire_link_timeout_seconds": 1.0}
    made = engine.bind_config
    monkeypatch.setattr(engine, "bind_config", lambda gateway: dataclasses.replace(made(gateway), **quick))


@pytest.fixture
def platform(process_environment, tmp_path):
    running = Platform(process_environment, tmp_path)
    yield running
    running.close()


@pytest.fixture
def private_database(transactional_db):
    """Ask for it before ``bench``: what is made afterwards lies in a cluster that may be killed."""
    database = PrivateDatabase(folder("postgres"))
    yield database
    database.close()


@pytest.fixture
def private_valkey():
    server = PrivateValkey(folder("valkey"))
    yield server
    server.close()
