import json

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEntry
from phonebook.models import BlockedNumber

pytestmark = pytest.mark.django_db


def load(tmp_path, text: str, capsys, *options: str) -> dict:
    file = tmp_path / "blocked.csv"
    file.write_text(text, encoding="utf-8-sig")
    call_command("blocked_numbers", "load", str(file), *options)
    return json.loads(capsys.readouterr().out)


def numbers() -> list[int]:
    return list(BlockedNumber.objects.order_by("pk").values_list("pk", flat=True))


def test_a_file_is_loaded(tmp_path, capsys):
    text = '09121112233\n+989121112234;2020\n\n۰۹۱۲۱۱۱۲۲۳۵,علی\n09121112233\nnumber\n"9121112236"\t\n'
    assert load(tmp_path, text, capsys) == {"added": 4, "known": 1, "removed": 0, "invalid": 1}
    assert numbers() == [989121112233, 989121112234, 989121112235, 989121112236]
    assert AuditEntry.objects.get().action == "blocklist.loaded"


def test_loading_again_adds_what_is_new(tmp_path, capsys):
    load(tmp_path, "09121112233\n", capsys)
    assert load(tmp_path, "09121112233\n09121112234\n", capsys) == {"added": 1, "known": 1, "removed": 0, "invalid": 0}


def test_replacing_makes_the_list_the_file(tmp_path, capsys):
    load(tmp_path, "09121112233\n09121112234\n", capsys)
    loaded = load(tmp_path, "09121112234\n09121112235\n", capsys, "--replace")
    assert loaded == {"added": 1, "known": 1, "removed": 1, "invalid": 0}
    assert numbers() == [989121112234, 989121112235]


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("blocked_numbers", "load", str(tmp_path / "none.txt"))
