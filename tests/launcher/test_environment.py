"""When the environment is installed again, and what a person is told when it cannot be made."""

import pytest

from launcher import environment


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    (tmp_path / "requirements.txt").write_text("a==1\n")
    (tmp_path / "requirements-dev.txt").write_text("-r requirements.txt\nb==1\n")
    return tmp_path


@pytest.fixture
def installed(project, monkeypatch):
    """Names of the requirement files that were installed, in order."""
    calls = []
    monkeypatch.setattr(environment, "works", lambda folder: folder.is_dir())
    monkeypatch.setattr(environment, "make", lambda folder: folder.mkdir())
    monkeypatch.setattr(environment, "install", lambda folder, requirements: calls.append(requirements))
    return calls


def test_packages_are_installed_once_and_again_when_a_pin_changes(project, installed):
    environment.ensure(project / ".venv", "requirements.txt")
    environment.ensure(project / ".venv", "requirements.txt")
    assert installed == ["requirements.txt"]
    (project / "requirements.txt").write_text("a==2\n")
    environment.ensure(project / ".venv", "requirements.txt")
    assert installed == ["requirements.txt"] * 2


def test_what_an_included_file_pins_counts_too(project, installed):
    environment.ensure(project / ".venv", "requirements-dev.txt")
    environment.ensure(project / ".venv", "requirements.txt")
    assert installed == ["requirements-dev.txt"]
    (project / "requirements.txt").write_text("a==2\n")
    environment.ensure(project / ".venv", "requirements-dev.txt")
    assert installed == ["requirements-dev.txt"] * 2


def test_a_moved_environment_is_installed_again(project):
    here = environment.fingerprint(project / ".venv", "requirements.txt")
    assert here != environment.fingerprint(project / "elsewhere" / ".venv", "requirements.txt")


def test_without_venv_and_without_root_the_message_says_what_to_install(project, monkeypatch):
    monkeypatch.setattr(environment, "make_with_pip", lambda base, folder: False)
    monkeypatch.setattr(environment, "make_with_systems_pip", lambda base, folder: False)
    monkeypatch.setattr(environment.os, "geteuid", lambda: 1000)
    with pytest.raises(environment.LauncherError, match="apt-get install python3-venv"):
        environment.make(project / ".venv")


def test_root_installs_the_missing_package_itself(project, monkeypatch):
    asked = []
    monkeypatch.setattr(environment, "make_with_pip", lambda base, folder: bool(asked))
    monkeypatch.setattr(environment, "make_with_systems_pip", lambda base, folder: False)
    monkeypatch.setattr(environment, "apt_install", lambda *packages: asked.extend(packages))
    monkeypatch.setattr(environment.os, "geteuid", lambda: 0)
    monkeypatch.setattr(environment.shutil, "which", lambda name: "/usr/bin/apt-get")
    environment.make(project / ".venv")
    assert asked == ["python3-venv"]
