"""The OpenAPI document and a live server agree, also where nobody thought of it: schemathesis tries (issue 5, 1)."""

import subprocess
import sys

import pytest

from tests.contract.conftest import Server

SECONDS = 60
# Data that fits the document may still be refused: credit, states and other rows are no part of a schema.
NOT_ASKED = "positive_data_acceptance"


@pytest.fixture
def server(serve) -> Server:
    return serve(tls=False)


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("phases", ["examples,fuzzing", "stateful"])
def test_every_operation_answers_as_described(server: Server, secret: str, tmp_path, phases: str):
    """No 5xx; described statuses, types, headers, bodies; bad data, unknown methods and keys refused; links lead on."""
    command = [
        sys.executable, "-m", "schemathesis.cli", "run", f"{server.url}/api/v1/schema/",
        "--header", f"Authorization: Bearer {secret}", "--exclude-checks", NOT_ASKED, "--phases", phases,
        "--max-examples", "3", "--max-time", str(SECONDS // 2), "--seed", "5", "--no-shrink", "--continue-on-failure",
        "--request-timeout", "20",
    ]  # fmt: skip
    run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=SECONDS * 2)
    assert run.returncode == 0, run.stdout[-20_000:] + run.stderr
    assert "Tested: 0" not in run.stdout
