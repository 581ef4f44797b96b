"""What was begun and never finished is taken away after a while, with its files; nothing in use ever is."""

import os
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.utils import timezone

from autoreply.services import FOLDER as RULES
from autoreply.tasks import clean as clean_rules
from billing.selectors import balance
from common.uploads import UploadGone, path_of, store
from messaging.models import Campaign, Chunk, Message, Occurrence, Upload
from messaging.services import confirm, plan, store_upload
from messaging.services.cleaning import discard_abandoned, forget_files
from messaging.services.refusals import SendRefused, WrongState
from messaging.services.uploads import hold_file
from messaging.tasks import clean
from phonebook.importing import forget_abandoned, start, upload
from phonebook.models import Import
from phonebook.refusals import PhonebookRefused
from tests.factories import make_account, make_campaign, make_gateway, make_line, make_recurring

pytestmark = pytest.mark.django_db
LONG_AGO = timedelta(hours=73)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def account():
    make_gateway()
    return make_account(credit=1_000_000)


def file_of(account) -> Upload:
    return store_upload(account=account, file=SimpleUploadedFile("numbers.csv", b"mobile\n09121234567\n09121234568\n"))


def with_file(account, kept: Upload) -> Campaign:
    campaign = make_campaign(account, make_line(account), [], typed="", kind="advanced", upload=kept, column=0)
    Campaign.objects.filter(pk=campaign.pk).update(state="planning")
    plan(campaign.pk, now=timezone.now())
    campaign.refresh_from_db()
    assert campaign.state == "review"
    return campaign


def made_long_ago(row, **fields):
    type(row).objects.filter(pk=row.pk).update(created_at=timezone.now() - LONG_AGO, **fields)
    row.refresh_from_db()
    return row


def is_there(kept: Upload) -> bool:
    try:
        path_of(kept.path)
    except UploadGone:
        return False
    return True


def expired() -> dict:
    return {"quote_expires_at": timezone.now() - LONG_AGO}


def test_a_review_that_nobody_confirmed_goes_with_its_rows_and_its_file(account, django_capture_on_commit_callbacks):
    kept = made_long_ago(file_of(account))
    campaign = made_long_ago(with_file(account, kept), **expired())
    assert Message.objects.count() == 2
    with django_capture_on_commit_callbacks(execute=True):
        clean()
    campaign.refresh_from_db()
    assert (campaign.state, campaign.upload_id) == ("discarded", None)
    assert (Message.objects.count(), Chunk.objects.count(), Upload.objects.count()) == (0, 0, 0)
    assert not is_there(kept)
    assert balance(account) == 1_000_000


def test_what_is_young_or_confirmed_stays(account, django_capture_on_commit_callbacks):
    kept = made_long_ago(file_of(account))
    sent = made_long_ago(with_file(account, kept))
    confirm(campaign=sent, by=None, now=timezone.now())
    young = make_campaign(account, make_line(account), ["09121234567"])
    promised = made_long_ago(make_campaign(account, make_line(account), ["09121234567"]))
    fresh = file_of(account)
    with django_capture_on_commit_callbacks(execute=True):
        clean()
    states = dict(Campaign.objects.values_list("pk", "state"))
    assert states == {sent.pk: "queued", young.pk: "review", promised.pk: "review"}
    assert Message.objects.count() == 4
    assert is_there(kept)
    assert is_there(fresh)


def test_a_file_that_nobody_took_goes_and_one_of_a_recurring_send_stays(account, django_capture_on_commit_callbacks):
    unused, wanted = made_long_ago(file_of(account)), made_long_ago(file_of(account))
    make_recurring(account, make_line(account), typed="", upload=wanted)
    with django_capture_on_commit_callbacks(execute=True):
        assert forget_files(now=timezone.now()) == 1
    assert (is_there(unused), is_there(wanted)) == (False, True)
    assert Upload.objects.get() == wanted


def test_an_occurrence_that_waits_for_credit_is_not_abandoned(account):
    recurring = make_recurring(account, make_line(account))
    campaign = made_long_ago(make_campaign(account, make_line(account), ["09121234567"]), **expired())
    Occurrence.objects.create(recurring=recurring, due_at=timezone.now(), campaign=campaign, state="waiting")
    assert discard_abandoned(now=timezone.now()) == 0
    Occurrence.objects.update(state="skipped")
    assert discard_abandoned(now=timezone.now()) == 1


def test_a_file_without_a_row_goes_once_it_is_old(media):
    young = store(SimpleUploadedFile("a.txt", b"1"), folder="recipients")
    old = store(SimpleUploadedFile("b.txt", b"2"), folder="recipients")
    os.utime(old.path, times=(time.time() - LONG_AGO.total_seconds(),) * 2)
    assert forget_files(now=timezone.now()) == 1
    assert [path.name for path in media.glob("recipients/*/*")] == [young.name[-32:]]


def test_files_of_the_phonebook_and_of_rules(account, media, django_capture_on_commit_callbacks):
    people = SimpleUploadedFile("people.csv", "mobile,name\n09121234567,سارا\n".encode())
    left = upload(account=account, file=people, now=timezone.now() - LONG_AGO)
    people.seek(0)
    begun = upload(account=account, file=people, now=timezone.now() - LONG_AGO)
    start(one=begun, columns={0: "mobile"})
    rules = store(SimpleUploadedFile("rules.csv", b"a,b"), folder=RULES)
    os.utime(rules.path, times=(time.time() - LONG_AGO.total_seconds(),) * 2)
    with django_capture_on_commit_callbacks(execute=True):
        assert forget_abandoned(now=timezone.now()) == 1
        clean_rules()
    assert Import.objects.get() == begun
    assert [path.name for path in media.glob("*/*/*")] == [begun.path[-32:]]
    with pytest.raises(PhonebookRefused):
        start(one=left, columns={0: "mobile"})


def threads(*works):
    def run(work):
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(run, work) for work in works]]


def until(what, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_a_file_that_somebody_is_taking_is_passed_over(self, account):
        kept, begun, done = made_long_ago(file_of(account)), [], []

        def takes():
            with transaction.atomic():
                hold_file(kept)
                begun.append(True)
                until(lambda: done)
                make_recurring(account, make_line(account), typed="", upload=kept)

        def cleans():
            until(lambda: begun)
            try:
                return forget_files(now=timezone.now())
            finally:
                done.append(True)

        assert threads(takes, cleans)[1] == 0
        assert is_there(kept)
        assert forget_files(now=timezone.now()) == 0

    def test_who_takes_a_file_that_has_just_gone_is_told_and_nothing_is_made(self, account):
        kept, line = made_long_ago(file_of(account)), make_line(account)
        assert forget_files(now=timezone.now()) == 1
        with pytest.raises(SendRefused) as refusal:
            make_campaign(account, line, [], typed="", kind="advanced", upload=kept)
        assert refusal.value.field == "upload"
        assert not Campaign.objects.exists()

    def test_confirmed_and_cleaned_at_once_is_one_or_the_other_wholly(self, account):
        line = make_line(account)
        for _ in range(8):
            campaign = made_long_ago(make_campaign(account, line, ["09121234567"]), **expired())
            Campaign.objects.filter(pk=campaign.pk).update(quote_expires_at=None)

            def confirms(campaign=campaign) -> bool:
                try:
                    confirm(campaign=campaign, by=None, now=timezone.now(), hold_seconds=0)
                except WrongState:
                    return False
                return True

            is_confirmed, discarded = threads(confirms, lambda: discard_abandoned(now=timezone.now()))
            campaign.refresh_from_db()
            assert is_confirmed + discarded == 1
            rows = Message.objects.filter(campaign=campaign).count()
            assert (campaign.state, rows) == (("queued", 1) if is_confirmed else ("discarded", 0))

    def test_cleaned_twice_at_once_is_cleaned_once(self, account):
        for _ in range(6):
            made_long_ago(file_of(account))
        assert sum(threads(*[lambda: forget_files(now=timezone.now())] * 4)) == 6
        assert not Upload.objects.exists()


def test_a_campaign_that_was_sent_keeps_its_file_for_ever(account):
    kept = made_long_ago(file_of(account))
    campaign = with_file(account, kept)
    confirm(campaign=campaign, by=None, now=timezone.now())
    Campaign.objects.filter(pk=campaign.pk).update(state="finished", created_at=timezone.now() - LONG_AGO)
    assert forget_files(now=timezone.now()) == 0
    assert is_there(kept)
