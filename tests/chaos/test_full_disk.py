"""The disk is full while a file comes, while it is kept, while a campaign is planned: told plainly, nothing half kept.

The process may write no file past a limit, which fails in the middle of a write exactly as a full disk does.
"""

import resource
import signal
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from django.utils.translation import override

from billing.selectors import balance
from common.uploads import NoRoom
from messaging import services
from messaging.models import Campaign, Message, Upload
from phonebook.models import Import
from tests.chaos.test_lost_helpers import CREDIT, file_campaign
from tests.factories import make_user
from webservice.services import create_key

pytestmark = pytest.mark.chaos
KILOBYTE = 1024


@contextmanager
def room_for(octets: int):
    """No file of this process may grow past so many octets."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)
    return settings.MEDIA_ROOT


def files_in(folder) -> list:
    return [path for path in folder.rglob("*") if path.is_file()]


def numbers(rows: int) -> bytes:
    return b"".join(b"0912%07d\n" % n for n in range(rows))


@pytest.mark.parametrize("rows", [60_000, 200_000])  # kept in memory on its way, and in a temporary file
def test_an_upload_that_finds_no_room_is_refused_in_words(bench, media, rows):
    bench.operator()
    secret = create_key(account=bench.account, name="shop", scopes=["send", "read"])[1]
    client = Client(raise_request_exception=False, headers={"Authorization": f"Bearer {secret}"})
    draft = client.post("/api/v1/campaigns", {"text": "سلام"}, content_type="application/json").json()
    path = f"/api/v1/campaigns/{draft['id']}/recipients"
    with room_for(256 * KILOBYTE):
        answer = client.post(path, {"file": SimpleUploadedFile("numbers.csv", numbers(rows))})
    assert answer.status_code in (400, 422), answer.content
    with override("en"):
        assert str(NoRoom()) in answer.content.decode()
    assert not files_in(media)
    assert not Upload.objects.exists()
    answer = client.post(path, {"file": SimpleUploadedFile("numbers.csv", numbers(rows))})
    assert answer.status_code == 200, answer.content
    assert len(files_in(media)) == 1


def test_contacts_that_find_no_room_are_refused_on_the_page(client, bench, media):
    client.force_login(make_user(account=bench.account))
    with room_for(256 * KILOBYTE):
        page = client.post("/phonebook/import/", {"file": SimpleUploadedFile("numbers.csv", numbers(200_000))})
    assert page.status_code == 200
    assert str(NoRoom()) in page.content.decode()
    assert not files_in(media)
    assert not Import.objects.exists()


def test_no_room_for_the_file_of_rejects_fails_the_campaign_in_words(bench, media):
    bench.operator()
    campaign = file_campaign(bench, 10)
    path = settings.MEDIA_ROOT / "planned.txt"
    path.write_text("".join(f"0912{2_000_000 + n:07}\nnonsense {n}\n" for n in range(60_000)))
    with room_for(256 * KILOBYTE):
        services.plan(campaign.pk, now=timezone.now())
    campaign.refresh_from_db()
    assert campaign.state == Campaign.State.FAILED
    assert campaign.problem == str(NoRoom())
    assert files_in(media) == [path]
    assert not Message.objects.exists()
    assert balance(bench.account) == CREDIT
