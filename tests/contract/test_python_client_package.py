"""The Python client is ready to publish: generated parts are current, types check, it builds."""

import importlib.util
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_bytes
from pathlib import Path

import pytest
from django.utils.translation import override
from drf_spectacular.generators import SchemaGenerator

ROOT = Path(__file__).resolve().parents[2] / "clients" / "python"
PACKAGE = ROOT / "src" / "smsplatform_client"


def run(*command: str, cwd: Path) -> None:
    found = subprocess.run([sys.executable, "-m", *command], cwd=cwd, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout + found.stderr


def generator():
    spec = importlib.util.spec_from_file_location("client_generator", ROOT / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_generated_parts_are_current(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    copy = tmp_path / "smsplatform_client"
    shutil.copytree(PACKAGE / "_async", copy / "_async")
    with override("en"):
        generator().write(SchemaGenerator().get_schema(request=None, public=True), copy)
    for path in [*sorted((copy / "_sync").glob("*.py")), copy / "types.py"]:
        kept = PACKAGE / path.relative_to(copy)
        assert kept.read_text() == path.read_text(), f"{kept} is stale: run clients/python/generate.py"
    assert {path.name for path in (copy / "_sync").glob("*.py")} == {p.name for p in (PACKAGE / "_sync").glob("*.py")}


@pytest.mark.slow
def test_types_check_strictly(tmp_path):
    run("mypy", "--cache-dir", str(tmp_path), cwd=ROOT)


@pytest.mark.slow
def test_wheel_and_sdist(tmp_path):
    source = tmp_path / "source"
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns("__pycache__", "dist"))
    run("build", "--no-isolation", "--outdir", str(tmp_path / "dist"), cwd=source)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    (sdist,) = (tmp_path / "dist").glob("*.tar.gz")
    run("twine", "check", "--strict", str(wheel), str(sdist), cwd=source)
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (metadata,) = (archive.read(name) for name in names if name.endswith("METADATA"))
    assert {"smsplatform_client/py.typed", "smsplatform_client/_sync/client.py"} < set(names)
    assert {name.split("/")[0] for name in names} == {
        "smsplatform_client",
        wheel.name[: -len("-py3-none-any.whl")] + ".dist-info",
    }
    described = message_from_bytes(metadata)
    assert (described["Name"], described["Requires-Python"]) == ("smsplatform-client", ">=3.11")
    assert described.get_all("Requires-Dist") == ["anyio>=4", "httpx<1,>=0.27"]
    assert described["Description-Content-Type"] == "text/markdown"
    with tarfile.open(sdist) as archive:
        assert any(name.endswith("/src/smsplatform_client/types.py") for name in archive.getnames())
