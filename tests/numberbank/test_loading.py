"""Files into the bank: columns, rejects, repeats, and a process killed half-way (3.6)."""

import json
import signal
import subprocess
import sys
import time
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from django.utils.translation import override

from common.tables import open_table, write_xlsx
from numberbank import bitmaps
from numberbank.loading import guess_columns, run, start_load, unfinished
from numberbank.models import Load, Reject, Segment, Subscriber
from numberbank.selection import count
from numberbank.targets import Criteria
from numberbank.words import Field

ROOT = Path(__file__).resolve().parent.parent.parent
HEADER = "موبایل,استان,شهر,منطقه,حومه,صنف,جنسیت,کد پستی"


def load(path: Path, *options: str) -> dict:
    out = StringIO()
    call_command("numberbank", "load", str(path), *options, stdout=out, stderr=StringIO())
    return json.loads(out.getvalue())


def written(tmp_path: Path, *lines: str, header: str = HEADER) -> Path:
    path = tmp_path / "bank.csv"
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    return path


def known(number: str) -> tuple:
    return Subscriber.objects.values_list(
        "province_id", "city_id", "district_id", "suburb_id", "guild_id", "gender", "postal", "postal_rest"
    ).get(msisdn=int("98" + number[1:]))


TEHRAN, KARAJ = 394, 1094


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("09120000001,,,,,,,", (None, None, None, None, None, None, None, None)),
        ("۰۹۱۲۰۰۰۰۰۰۱,تهران,تهران,منطقه ۵,,سوپرمارکت,زن,1345612345", (23, TEHRAN, 5, None, 101, 1, 13456, 12345)),
        ("+989120000001,,کرج,3,,,مرد,", (30, KARAJ, 103, None, None, 2, None, None)),
        ("09120000001,,,کرج 3,,,,", (30, KARAJ, 103, None, None, None, None, None)),
        ("09120000001,,,Tehran district 22,,,,", (23, TEHRAN, 22, None, None, None, None, None)),
        ("09120000001,,,تجریش,,,,", (23, TEHRAN, 1, None, None, None, None, None)),
        ("09120000001,,,,Shahriar,,,", (23, None, None, 1, None, None, None, None)),
        ("09120000001,,,,,0102,F,", (None, None, None, None, 102, 1, None, None)),
        ("09120000001,,,,,1,F,", (None, None, None, None, 1, 1, None, None)),
        ("09120000001,,,,,لوازم خانگي,,", (None, None, None, None, 901, None, None, None)),
        ("09120000001,,,,,,,71345", (7, None, None, None, None, None, 71345, None)),
        ("09120000001,,,,,,,31111-00001", (30, None, None, None, None, None, 31111, 1)),
    ],
)
def test_cells_are_read_as_people_write_them(tmp_path, cells, expected):
    assert load(written(tmp_path, cells))["added"] == 1
    assert known("09120000001") == expected


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ("0912000,,,,,,,", "number"),
        (",تهران,,,,,,", "number"),
        ("09120000001,کجاآباد,,,,,,", "province"),
        ("09120000001,,کجاآباد,,,,,", "city"),
        ("09120000001,فارس,تهران,,,,,", "city"),
        ("09120000001,,گلوگاه,,,,,", "city"),
        ("09120000001,,,23,,,,", "district"),
        ("09120000001,,کرج,11,,,,", "district"),
        ("09120000001,,شیراز,5,,,,", "district"),
        ("09120000001,,,,کجاآباد,,,", "suburb"),
        ("09120000001,,,,,فضانوردی,,", "guild"),
        ("09120000001,,,,,,؟,", "gender"),
        ("09120000001,,,,,,,1234", "postal"),
        ("09120000001,,,,,,,0134512345", "postal"),
    ],
)
def test_a_row_that_cannot_be_read_is_kept_apart_with_its_reason(tmp_path, cells, reason):
    answer = load(written(tmp_path, "09350000001,,,,,,,", cells))
    assert (answer["state"], answer["added"], answer["rejected"], answer["rows_read"]) == ("done", 1, 1, 2)
    reject = Reject.objects.get()
    assert (reject.row, reject.reason, reject.cells) == (3, reason, cells.split(","))
    assert Subscriber.objects.count() == 1


@pytest.mark.django_db
def test_a_file_loaded_again_changes_nothing(tmp_path):
    lines = [f"0912{n:07},,,{n % 22 + 1},,,," for n in range(100)]
    assert load(written(tmp_path, *lines))["added"] == 100
    positions = dict(Subscriber.objects.values_list("msisdn", "position"))
    again = load(written(tmp_path, *lines))
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 100)
    assert dict(Subscriber.objects.values_list("msisdn", "position")) == positions
    assert sorted(positions.values()) == list(range(100))


@pytest.mark.django_db
def test_a_later_file_adds_what_it_knows_and_leaves_the_rest(tmp_path):
    load(written(tmp_path, "09120000001,,,5,,سوپرمارکت,,1345612345", "09120000002,,,5,,,,"))
    answer = load(written(tmp_path, "09120000001,,,,,,زن,", "09120000002,فارس,شیراز,,,,,"))
    assert (answer["added"], answer["changed"], answer["unchanged"]) == (0, 2, 0)
    assert known("09120000001") == (23, TEHRAN, 5, None, 101, 1, 13456, 12345)
    assert known("09120000002")[0] == 7
    assert known("09120000002")[2] is None
    assert (count(Criteria(districts=(5,))), count(Criteria(provinces=(7,)))) == (1, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("batch", [1, 50_000])
def test_repeats_in_a_file_end_the_same_whatever_the_batch(tmp_path, settings, batch):
    settings.BANK_LOAD_BATCH = batch
    lines = [
        "09120000001,,,5,,,,1345612345",
        "09120000002,,,7,,,,",
        "09120000001,تهران,,,,سوپرمارکت,,13456",
        "09120000001,,,6,,,زن,",
        "09120000001,,,,,,,13457",
    ]
    answer = load(written(tmp_path, *lines))
    assert answer["added"] == 2
    assert known("09120000001") == (23, TEHRAN, 6, None, 101, 1, 13457, None)
    assert (count(Criteria()), count(Criteria(districts=(5,))), count(Criteria(districts=(6,)))) == (2, 0, 1)


@pytest.mark.django_db
def test_a_workbook_with_columns_of_other_names(tmp_path):
    path = tmp_path / "bank.xlsx"
    write_xlsx(path, ["الف", "ب", "ج"], [["x", "09120000001", "منطقه 9"], ["y", "09120000002", "منطقه 9"]])
    answer = load(path, "--columns", "number=2,district=3")
    assert (answer["added"], answer["rejected"]) == (2, 0)
    assert count(Criteria(districts=(9,))) == 2


@pytest.mark.django_db
def test_columns_are_guessed_by_their_names(tmp_path):
    path = written(tmp_path, "09120000001,فارس,شیراز,,,سوپرمارکت,زن,71345")
    assert guess_columns(open_table(path, path.name)) == {field: place for place, field in enumerate(Field)}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("columns", "said"),
    [("district=2", "mobile numbers"), ("number=1,guild=1", "same column"), ("number=99", "no such column")],
)
def test_columns_that_cannot_be_are_refused(tmp_path, columns, said):
    with override("en"), pytest.raises(CommandError, match=said):
        load(written(tmp_path, "09120000001,,,,,,,"), "--columns", columns)
    assert not Subscriber.objects.exists()


@pytest.mark.django_db
def test_a_file_that_is_no_table_is_refused(tmp_path):
    path = tmp_path / "bank.csv"
    path.write_bytes(b"%PDF-1.7 nothing")
    with pytest.raises(CommandError):
        load(path)
    with pytest.raises(CommandError):
        load(tmp_path / "nowhere.csv")
    assert not Load.objects.exists()


@pytest.mark.django_db
def test_one_process_at_a_time(tmp_path):
    path = written(tmp_path, "09120000001,,,,,,,")
    now = timezone.now()
    waiting = start_load(path=str(path), filename="bank.csv", columns={Field.NUMBER: 0}, now=now)
    assert unfinished(now=now) == [waiting.pk]
    Load.objects.update(state=Load.State.LOADING, lease_until=now + timezone.timedelta(seconds=30))
    assert unfinished(now=now) == []
    assert run(waiting.pk, now=now) is None
    later = now + timezone.timedelta(seconds=31)
    assert unfinished(now=later) == [waiting.pk]
    assert run(waiting.pk, now=later).state == Load.State.DONE
    assert run(waiting.pk, now=later) is None


@pytest.mark.chaos
@pytest.mark.parametrize("killed_after", [1, 1_500, 3_900])
def test_a_load_killed_with_9_goes_on_and_ends_exact(tmp_path, process_environment, killed_after):
    """Every 50th row cannot be read; nothing is lost, doubled, or rejected twice."""
    lines = [f"0912{n:07},,,{99 if n % 50 == 0 else n % 22 + 1},,,," for n in range(4_000)]
    path = written(tmp_path, *lines)
    environment = process_environment | {"BANK_LOAD_BATCH": "100", "PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "manage.py", "numberbank", "load", str(path)]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while not Load.objects.filter(rows_read__gte=killed_after).exists():
        assert process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    connection.close()
    cut = Load.objects.get()
    assert Subscriber.objects.count() + Reject.objects.count() == cut.rows_read
    out = StringIO()
    if cut.state != Load.State.DONE:
        call_command("numberbank", "resume", str(cut.pk), stdout=out, stderr=StringIO())
    done = Load.objects.get()
    assert (done.state, done.rows_read, done.added, done.rejected) == ("done", 4_000, 3_920, 80)
    assert Reject.objects.values("row").distinct().count() == 80
    assert Subscriber.objects.count() == count(Criteria()) == bitmaps.total() == 3_920
    assert sorted(Subscriber.objects.values_list("position", flat=True)) == list(range(3_920))
    assert not Segment.objects.filter(is_changed=True).exists()
    expected = sum(1 for n in range(4_000) if n % 50 and n % 22 == 4)
    assert count(Criteria(districts=(5,))) == expected


@pytest.mark.django_db
def test_made_up_subscribers_go_into_an_empty_bank_only():
    out = StringIO()
    call_command("numberbank", "demo", "--rows", "500", stdout=out)
    assert json.loads(out.getvalue())["subscribers"] == Subscriber.objects.count() == count(Criteria()) == 500
    with pytest.raises(CommandError, match="not empty"):
        call_command("numberbank", "demo", "--rows", "500")
    assert Subscriber.objects.count() == 500


@pytest.mark.django_db
def test_counts_and_removal_from_the_command_line(tmp_path):
    load(written(tmp_path, "09120000001,,,5,,,,", "09120000002,,,5,,,زن,"))
    out = StringIO()
    call_command("numberbank", "remove", "0912 000 0001", stdout=out)
    assert json.loads(out.getvalue()) == {"removed": 1}
    out = StringIO()
    call_command("numberbank", "counts", stdout=out)
    counts = json.loads(out.getvalue())
    assert (counts["subscribers"], counts["district"], counts["gender"]) == (1, 1, 1)
    call_command("numberbank", "index")
    assert count(Criteria(districts=(5,))) == 1
