"""The browser's counter follows the server's rule."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from common.text import measure

SCRIPT = Path(__file__).resolve().parents[2] / "smsplatform" / "static" / "js" / "text-counter.js"
NODE = shutil.which("node")
COUNT = """
import { readFileSync } from "node:fs";
const { measure } = await import(process.argv[1]);
process.stdout.write(JSON.stringify(JSON.parse(readFileSync(0, "utf8")).map(measure)));
"""
FIELDS = ("encoding", "units", "parts", "single", "multi", "left", "characters")


def made_texts() -> list[str]:
    texts = ["", "a" * 160, "a" * 161, "س" * 70, "س" * 71, "a" * 152 + "[" + "a" * 152, "س" * 66 + "😊" + "س" * 66]

    @settings(max_examples=400, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
    @given(st.text(max_size=300) | st.text(alphabet="ab[€\f^", max_size=900) | st.text(alphabet="س😊a", max_size=400))
    def collect(text):
        texts.append(text)

    collect()
    return texts


@pytest.mark.skipif(NODE is None and not os.environ.get("CI"), reason="needs node")
def test_the_browser_counts_as_the_server_does():
    texts = made_texts()
    assert len(texts) > 200
    run = subprocess.run(
        [NODE, "--input-type=module", "-e", COUNT, SCRIPT.as_uri()],
        input=json.dumps(texts).encode(),
        capture_output=True,
        check=True,
        timeout=60,
    )
    counted = [tuple(one[field] for field in FIELDS) for one in json.loads(run.stdout)]
    expected = [tuple(getattr(measure(text), field) for field in FIELDS) for text in texts]
    assert counted == expected
