"""The web server as production runs it, on loopback; with a certificate of its own, for clients that insist on TLS."""

import ipaddress
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.webservice.conftest import account, gateway, line, tariff  # noqa: F401 - fixtures
from tests.webservice.dialects.conftest import EVERYTHING
from webservice.services import create_key

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Server:
    """``host`` is what clients take in place of a provider's host name."""

    scheme: str
    host: str

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host}"


@pytest.fixture(scope="session")
def certificate(tmp_path_factory) -> tuple[Path, Path]:
    """A self-signed certificate for 127.0.0.1 and its key."""
    folder = tmp_path_factory.mktemp("tls")
    secret = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "tests")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(secret.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(secret.public_key()), False)
        .sign(secret, hashes.SHA256())
    )
    chain, key = folder / "certificate.pem", folder / "key.pem"
    chain.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    key.write_bytes(secret.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return chain, key


@pytest.fixture
def serve(process_environment, certificate, tmp_path) -> Iterator[Callable[..., Server]]:
    """Starts granian on the application that production serves; stopped after the test."""
    running: list[subprocess.Popen] = []

    def start(*, tls: bool) -> Server:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--http", "1", "--no-ws"]
        options += ["--blocking-threads", "2", "--workers-kill-timeout", "5"]
        if tls:
            options += ["--ssl-certificate", str(certificate[0]), "--ssl-keyfile", str(certificate[1])]
        log = (tmp_path / "web.log").open("wb")
        environment = process_environment | {"ALLOWED_HOSTS": "127.0.0.1,api.kavenegar.com", "DEBUG": "0"}
        command = [sys.executable, "-m", "granian", *options, "smsplatform.wsgi:application"]
        server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        log.close()
        running.append(server)
        found = Server("https" if tls else "http", f"127.0.0.1:{port}")
        wait_for(found, server, certificate[0], tmp_path / "web.log")
        return found

    yield start
    for server in running:
        server.terminate()
    for server in running:
        server.wait(20)


def wait_for(server: Server, process: subprocess.Popen, certificate: Path, log: Path) -> None:
    trusted = ssl.create_default_context(cafile=str(certificate))
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            assert httpx.get(f"{server.url}/healthz", verify=trusted).status_code == 200
            return
        except httpx.TransportError:
            if time.monotonic() > deadline or process.poll() is not None:
                pytest.fail(f"the web server did not start:\n{log.read_text()}")
            time.sleep(0.05)


@pytest.fixture
def server(serve, certificate, monkeypatch) -> Server:
    """Served over TLS, with its certificate trusted by requests and httpx."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate[0]))
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    return serve(tls=True)


@pytest.fixture
def secret(account, line) -> str:  # noqa: F811
    """The secret of a key named "shop" that may do everything from this machine."""
    return create_key(account=account, name="shop", scopes=EVERYTHING, networks=["127.0.0.1"])[1]
