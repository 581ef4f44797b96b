"""Files into the phonebook and out of it (9.4, 9.5)."""

import threading
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.tables import TableError, write_csv, write_xlsx
from phonebook import importing
from phonebook.exporting import header, rows
from phonebook.import_rows import NumberTakenMeanwhile
from phonebook.importing import cancel, guess_columns, run, start, table_of, unfinished, upload
from phonebook.models import Contact, Field, Group, GroupMember, Import, ImportReject
from phonebook.own_fields import create_field
from phonebook.refusals import PhonebookRefused
from phonebook.selectors import contacts, fields
from phonebook.services import create_contact
from tests.factories import make_account, make_contact

pytestmark = pytest.mark.django_db
SMALL = [["موبایل", "نام", "نام خانوادگی", "شهر"], ["09121112233", "علي", "رضایی", "تهران"]]


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def account():
    return make_account()


def csv_of(table: list[list[str]]) -> bytes:
    file = BytesIO()
    write_csv(file, table[0], table[1:])
    return file.getvalue()


def xlsx_of(table: list[list]) -> bytes:
    file = BytesIO()
    write_xlsx(file, table[0], table[1:])
    return file.getvalue()


def uploaded(account, octets: bytes, name: str = "people.csv") -> Import:
    return upload(account=account, file=SimpleUploadedFile(name, octets), now=timezone.now())


def imported(account, octets: bytes, *, columns=None, name="people.csv", **choices) -> Import:
    one = uploaded(account, octets, name)
    start(one=one, columns=columns or guess_columns(table_of(one), account), **choices)
    return run(one.pk, now=timezone.now())


def people(account) -> list[tuple]:
    return [
        (contact.msisdn, contact.first_name, contact.last_name, contact.values, sorted(map(str, contact.groups.all())))
        for contact in Contact.objects.of(account).order_by("msisdn")
    ]


@pytest.mark.parametrize("make", [csv_of, xlsx_of])
def test_columns_are_guessed_by_their_headings(account, make):
    city = create_field(account=account, name="شهر")
    one = uploaded(account, make(SMALL))
    assert guess_columns(table_of(one), account) == {0: "mobile", 1: "first_name", 2: "last_name", 3: city.key}
    english = [["E-mail", "Cell", "Full Name", city.key, "GROUPS"], ["a@b.c", "09121112233", "Sara", "Rey", "x"]]
    one = uploaded(account, make(english))
    assert guess_columns(table_of(one), account) == {1: "mobile", 2: "name", 3: city.key, 4: "groups"}


def test_a_file_without_headings_is_guessed_by_its_numbers(account):
    one = uploaded(account, csv_of([["سارا", "09121112233"], ["علی", "09121112234"]]))
    assert guess_columns(table_of(one), account) == {1: "mobile"}


def test_a_row_becomes_a_contact_with_a_new_field_and_groups(account):
    group = Group.objects.create(account=account, name="همه")
    done = imported(account, csv_of([[*SMALL[0], "گروه"], [*SMALL[1], r"a\|b | مشتری"]]),
                    columns={0: "mobile", 1: "first_name", 2: "last_name", 3: "new", 4: "groups"},
                    group_id=group.pk)  # fmt: skip
    assert (done.state, done.added, done.rows_read, done.rejected) == ("done", 1, 1, 0)
    [field] = fields(account)
    assert (field.name, field.kind) == ("شهر", "text")
    assert people(account) == [
        (989121112233, "علی", "رضایی", {field.key: "تهران"}, ["a|b", "مشتری", "همه"]),
    ]
    assert [contact.pk for contact in contacts(account, "تهران")] == [Contact.objects.get().pk]


@pytest.mark.parametrize(
    ("choice", "after", "counts"),
    [
        ("skip", ("", "Old", {"city": "Rey"}), (1, 0, 2)),
        ("fill", ("New", "Old", {"city": "Rey", "points": "3"}), (1, 1, 1)),
        ("overwrite", ("Newer", "Family", {"city": "Qom", "points": "3"}), (1, 1, 1)),
    ],
)
def test_known_numbers_are_treated_as_chosen(account, choice, after, counts):
    for name, kind in (("City", "text"), ("Points", "number")):
        create_field(account=account, name=name, kind=kind)
    create_contact(account=account, mobile="09121112233", last_name="Old", values={"city": "Rey"})
    table = [
        ["Mobile", "First name", "Last name", "City", "Points"],
        ["0912 111 2233", "New", "Family", "Qom", "۳"],
        ["+989121112234", "Other", "", "", ""],
        ["9121112233", "Newer", "", "", ""],
    ]
    done = imported(account, csv_of(table), on_duplicate=choice)
    assert people(account)[0][1:4] == after
    assert (done.added, done.changed) == counts[:2]
    assert done.added + done.changed + done.unchanged + done.rejected == done.rows_read == 3


def test_rows_that_cannot_come_in_are_listed_with_their_reasons(account):
    create_field(account=account, name="تولد", kind="date")
    table = [
        ["موبایل", "نام", "تولد"],
        ["0912", "a", ""],
        ["", "", ""],
        ["09121112233", "x" * 61, ""],
        ["09121112233", "b", "1405/13/01"],
        ["09121112234", "c", "1369/02/11"],
    ]
    with override("en"):
        done = imported(account, csv_of(table))
    assert (done.added, done.rejected, done.rows_read) == (1, 3, 5)
    rejects = list(ImportReject.objects.order_by("row").values_list("row", "column", "reason"))
    assert rejects[:2] == [
        (2, "موبایل", "This is not a mobile number."),
        (4, "نام", "A name may have at most 60 characters."),
    ]
    assert rejects[2][:2] == (5, "تولد")
    assert people(account) == [(989121112234, "c", "", {"field1": "1990-05-01"}, [])]


def test_what_is_required_must_be_in_the_file(account):
    field = create_field(account=account, name="شهر", is_required=True)
    one = uploaded(account, csv_of(SMALL))
    with pytest.raises(PhonebookRefused):
        start(one=one, columns={0: "mobile"})
    table = [SMALL[0], SMALL[1], ["09121112234", "بی‌شهر", "", ""]]
    done = imported(account, csv_of(table))
    assert (done.added, done.rejected) == (1, 1)
    assert ImportReject.objects.get().column == field.name


@pytest.mark.parametrize(
    "columns",
    [{1: "first_name"}, {0: "mobile", 1: "mobile"}, {0: "mobile", 9: "first_name"}, {0: "mobile", 1: "no_such"}],
)
def test_columns_that_cannot_be(account, columns):
    one = uploaded(account, csv_of(SMALL))
    with pytest.raises(PhonebookRefused):
        start(one=one, columns=columns)
    one.refresh_from_db()
    assert one.state == "mapping"
    assert run(one.pk, now=timezone.now()) is None


@pytest.mark.parametrize("octets", [b"PK\x03\x04broken", b"\x00\x01\x02" * 100, b"<html><body>no</body></html>"])
def test_a_file_that_is_no_table_is_told_plainly_and_not_kept(account, octets, settings):
    with pytest.raises(TableError):
        uploaded(account, octets)
    assert not Import.objects.exists()
    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] == []


class Killed(BaseException):
    pass


@pytest.mark.parametrize("where", ["before the checkpoint", "after the batch"])
def test_a_killed_import_goes_on_and_every_row_comes_in_once(account, settings, monkeypatch, where):
    settings.CONTACT_IMPORT_BATCH = 10
    table = [["Mobile", "First name"], *([f"0912000{number:04}", f"n{number}"] for number in range(35))]
    one = uploaded(account, csv_of([*table, ["bad", "x"]]))
    start(one=one, columns={0: "mobile", 1: "first_name"})
    batches = 0

    def die(*_args, **_changes):
        nonlocal batches
        batches += 1
        if batches == 3:
            raise Killed
        return

    now = timezone.now()
    with monkeypatch.context() as patch:
        if where == "before the checkpoint":
            going_on = importing._go_on
            patch.setattr(importing, "_go_on", lambda one, **changes: die() or going_on(one, **changes))
        with pytest.raises(Killed):
            run(one.pk, now=now, tell=die if where == "after the batch" else lambda one: None)
    one.refresh_from_db()
    assert (one.state, one.rows_read) == ("running", 19 if where == "before the checkpoint" else 29)
    assert unfinished(now=now) == []
    assert run(one.pk, now=now) is None  # its lease has not run out
    later = timezone.now() + timedelta(minutes=2)
    assert unfinished(now=later) == [one.pk]
    done = run(one.pk, now=later)
    assert (done.state, done.rows_read, done.added, done.changed, done.unchanged, done.rejected) == (
        "done", 36, 35, 0, 0, 1,
    )  # fmt: skip
    assert Contact.objects.count() == 35
    assert ImportReject.objects.count() == 1


def test_a_cancelled_import_stops(account, settings):
    settings.CONTACT_IMPORT_BATCH = 2
    table = [["Mobile"], *([f"0912000{number:04}"] for number in range(10))]
    one = uploaded(account, csv_of([[*row, "x"] for row in table]))
    start(one=one, columns={0: "mobile"})
    assert run(one.pk, now=timezone.now(), tell=lambda one: cancel(one=one) if one.rows_read == 3 else None) is None
    one.refresh_from_db()
    assert (one.state, one.rows_read, Contact.objects.count()) == ("cancelled", 3, 3)
    with pytest.raises(PhonebookRefused):
        cancel(one=one)


@pytest.mark.django_db(transaction=True)
def test_a_number_added_by_somebody_meanwhile_is_merged_not_lost(account, monkeypatch):
    from phonebook import import_rows

    one = uploaded(account, csv_of(SMALL))
    start(one=one, columns={0: "mobile", 1: "first_name", 2: "last_name"})
    insert, raised = import_rows._insert, []

    def add_first(*arguments):
        if not raised:
            other = threading.Thread(
                target=lambda: (make_contact(account, 989121112233, first_name="Their"), connection.close())
            )
            other.start()
            other.join()
        try:
            insert(*arguments)
        except NumberTakenMeanwhile:
            raised.append(True)
            raise

    monkeypatch.setattr(import_rows, "_insert", add_first)
    done = run(one.pk, now=timezone.now())
    assert raised == [True]
    assert (done.added, done.changed) == (0, 1)
    assert people(account) == [(989121112233, "Their", "رضایی", {}, [])]


def exported(account, kind: str) -> bytes:
    own, found = fields(account), contacts(account)
    file = BytesIO()
    if kind == "csv":
        write_csv(file, header(own), rows(account, found))
    else:
        write_xlsx(file, header(own), rows(account, found, typed=True))
    return file.getvalue()


WORDS = st.text(alphabet=st.sampled_from("اآبپکگیئۀ\u200c۱۲ abZ09'\"=+-@,;|\\/<&＝\t\n%_"), max_size=12)
PERSON = st.tuples(
    WORDS, WORDS, WORDS, st.decimals(-(10**8), 10**8, places=3),
    st.dates(min_value=__import__("datetime").date(1900, 1, 1), max_value=__import__("datetime").date(2090, 1, 1)),
    st.sampled_from(["", "طلایی", "=نقره‌ای"]), st.lists(WORDS, max_size=3),
)  # fmt: skip


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["fa", "en"])
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(persons=st.lists(PERSON, min_size=1, max_size=6))
def test_what_is_exported_imports_unchanged(kind, language, persons):
    account, empty = make_account(), make_account()
    for owner in (account, empty):
        for name, of_kind in (("شهر =", "text"), ("امتیاز", "number"), ("تولد", "date"), ("سطح", "choice")):
            create_field(account=owner, name=name, kind=of_kind, choices=["طلایی", "=نقره‌ای"])
    keys = [field.key for field in fields(account)]
    for number, (first, last, city, points, birthday, level, groups) in enumerate(persons):
        values = dict(zip(keys, (city, str(points), birthday.isoformat(), level), strict=True))
        contact = create_contact(
            account=account, mobile=989120000000 + number, first_name=first, last_name=last, values=values
        )
        for name in {" ".join(name.split()) for name in groups} - {""}:
            group, _made = Group.objects.get_or_create(account=account, name=name)
            GroupMember.objects.get_or_create(group=group, contact=contact)
    with override(language):
        octets = exported(account, kind)
        done = imported(empty, octets, name=f"people.{kind}")
    assert (done.added, done.rejected) == (len(persons), 0)
    assert people(empty) == people(account)


def test_the_export_opens_in_excel_and_runs_nothing(account):
    field = create_field(account=account, name="یادداشت", kind=Field.Kind.TEXT)
    create_contact(
        account=account, mobile="09121112233", first_name="=cmd|' /C calc'!A0", values={field.key: "@SUM(1)"}
    )
    with override("fa"):
        text = exported(account, "csv").decode("utf-8")
    assert text == (
        "\ufeffشماره همراه,نام,نام خانوادگی,گروه‌ها,یادداشت\r\n09121112233,'=cmd|' /C calc'!A0,,,'@SUM(1)\r\n"
    )
