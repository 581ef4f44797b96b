"""The five ways to check a signature in docs/webhooks.md: those whose run time is here are run against what we sign."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from webservice.webhooks.signing import new_secret, signature

DOCUMENT = (Path(__file__).resolve().parents[3] / "docs" / "webhooks.md").read_text(encoding="utf-8")
SECRET, BODY, AT = "whsec_test", b'{"id":1}', 1774072803
PERSIAN = '{"id":2,"data":{"text":"سلام 👋"}}'.encode()


def snippet(language: str) -> str:
    return re.search(rf"```{language}\n(.*?)```", DOCUMENT, re.S)[1]


def cases() -> list[tuple[str, bytes, int, bool]]:
    """(header, body, now, whether it is genuine) with the secret SECRET."""
    good = signature(timestamp=AT, body=BODY, secrets_=[SECRET])
    return [
        (good, BODY, AT, True),
        (good, BODY, AT + 299, True),
        (good, BODY, AT + 301, False),
        (good, BODY, AT - 301, False),
        (good, BODY + b" ", AT, False),
        (good.replace("t=1774072803", "t=1774072804"), BODY, AT, False),
        (signature(timestamp=AT, body=BODY, secrets_=["whsec_other"]), BODY, AT, False),
        (signature(timestamp=AT, body=BODY, secrets_=["whsec_new", SECRET]), BODY, AT, True),
        (signature(timestamp=AT, body=PERSIAN, secrets_=[SECRET]), PERSIAN, AT, True),
        (f"t={AT},v1=", BODY, AT, False),
        (f"t={AT}", BODY, AT, False),
    ]


def test_the_documents_vector_is_what_we_sign():
    assert signature(timestamp=AT, body=BODY, secrets_=[SECRET]) in DOCUMENT


def test_python():
    names = {}
    exec(snippet("python"), names)
    assert [names["is_genuine"](SECRET, header, body, now) for header, body, now, _ in cases()] == [
        genuine for *_, genuine in cases()
    ]


def run(command: list[str], *, cwd: Path) -> list[bool]:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=60, check=True)
    return [line == "true" for line in done.stdout.split()]


def listed() -> str:
    return json.dumps([[header, body.hex(), now] for header, body, now, _ in cases()])


def expected() -> list[bool]:
    return [genuine for *_, genuine in cases()]


def needs(program: str) -> str:
    path = shutil.which(program)
    if not path:
        pytest.skip(f"no {program} here")
    return path


def test_javascript(tmp_path):
    program = snippet("javascript") + (
        f"for (const [header, body, now] of {listed()})\n"
        f'  console.log(isGenuine("{SECRET}", header, Buffer.from(body, "hex"), now));\n'
    )
    (tmp_path / "check.js").write_text(program, encoding="utf-8")
    assert run([needs("node"), "check.js"], cwd=tmp_path) == expected()


def test_php(tmp_path):
    program = snippet("php") + (
        f"foreach (json_decode('{listed()}') as [$header, $body, $now])\n"
        f"    echo is_genuine('{SECRET}', $header, hex2bin($body), $now) ? 'true' : 'false', \"\\n\";\n"
    )
    (tmp_path / "check.php").write_text(program, encoding="utf-8")
    assert run([needs("php"), "check.php"], cwd=tmp_path) == expected()


def test_java(tmp_path):
    calls = "".join(
        f'System.out.println(isGenuine("{SECRET}", "{header}", HexFormat.of().parseHex("{body.hex()}"), {now}L));'
        for header, body, now, _ in cases()
    )
    body = snippet("java").rstrip().removesuffix("}")
    program = f"{body} public static void main(String[] given) throws Exception {{ {calls} }} }}\n"
    (tmp_path / "Webhook.java").write_text(program, encoding="utf-8")
    needs("javac")
    assert run([needs("java"), "Webhook.java"], cwd=tmp_path) == expected()


def test_c_sharp_says_the_same_in_the_same_words():
    """No compiler is asked of whoever runs the tests; the parts that matter are there."""
    text = snippet("csharp")
    for part in ("HMACSHA256.HashData", "FixedTimeEquals", 'timestamp + "."', "> 300"):
        assert part in text


def test_secrets_are_long_and_different():
    made = {new_secret() for _ in range(100)}
    assert len(made) == 100
    assert all(secret.startswith("whsec_") and len(secret) >= 48 for secret in made)
