"""Files of variables and the keys made at the first start."""

import os

from launcher import variables


def test_a_file_of_variables_may_have_comments_blanks_and_quotes(tmp_path):
    path = tmp_path / ".env"
    path.write_text("# a comment\n\nPORT=8001\nNAME = \"پیام یار\"\nURL='redis://h/0?db=1'\nNOISE\n", encoding="utf-8")
    assert variables.read_file(path) == {"PORT": "8001", "NAME": "پیام یار", "URL": "redis://h/0?db=1"}


def test_a_missing_file_is_empty(tmp_path):
    assert variables.read_file(tmp_path / "none") == {}


def test_secrets_are_made_once_and_only_their_owner_reads_them(tmp_path):
    first = variables.generated_secrets(tmp_path)
    assert variables.generated_secrets(tmp_path) == first
    assert set(first) == {"SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "POSTGRES_PASSWORD"}
    assert len(set(first.values())) == 3
    assert all(len(value) >= 32 for value in first.values())
    assert (tmp_path / "secrets.env").stat().st_mode & 0o777 == 0o600


def test_a_secret_added_later_leaves_the_others_alone(tmp_path):
    variables.write_private(tmp_path / "secrets.env", {"SECRET_KEY": "kept"})
    assert variables.generated_secrets(tmp_path)["SECRET_KEY"] == "kept"
    assert variables.read_file(tmp_path / "secrets.env")["POSTGRES_PASSWORD"]


def test_manage_takes_the_running_servers_unless_the_environment_says_otherwise(tmp_path, monkeypatch):
    monkeypatch.setenv("STATE_DIR", str(tmp_path))
    monkeypatch.setenv("REDIS_URL", "redis://mine/0")
    monkeypatch.delenv("DATABASE_URL")
    variables.write_private(
        variables.running_file(tmp_path), {"DATABASE_URL": "postgresql://x/y", "REDIS_URL": "redis://no/0"}
    )
    variables.load_for_manage()
    assert (os.environ["DATABASE_URL"], os.environ["REDIS_URL"]) == ("postgresql://x/y", "redis://mine/0")
