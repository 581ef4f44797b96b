import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from common import uploads


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def kept_files(media) -> list:
    return [path for path in media.rglob("*") if path.is_file()]


def test_an_upload_is_kept_by_a_random_name(media):
    content = "۰۹۱۲".encode() * 100_000
    first = uploads.store(SimpleUploadedFile("شماره‌ها.txt", content), folder="recipients")
    second = uploads.store(SimpleUploadedFile("شماره‌ها.txt", content), folder="recipients")
    assert first.name != second.name
    assert first.original_name == "شماره‌ها.txt".replace("\u200c", "")
    assert (first.size, first.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert uploads.path_of(first.name).read_bytes() == content
    assert first.path.is_relative_to(media / "recipients")
    assert first.path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\x\\a.txt", "a\x00\nb.txt", "", "x" * 500])
def test_the_given_name_never_reaches_the_disk(name):
    upload = SimpleUploadedFile("x", b"1")
    upload._name = name
    stored = uploads.store(upload, folder="recipients")
    assert len(stored.original_name) <= 200
    assert not set(stored.original_name) & set("/\\\x00\n")


def test_refusals_leave_nothing_behind(media):
    with pytest.raises(uploads.UploadTooLarge):
        uploads.store(SimpleUploadedFile("x", b"12345"), folder="recipients", max_bytes=4)
    lying = SimpleUploadedFile("x", b"12345")
    lying.size = None
    lying.multiple_chunks = lambda chunk_size=None: False
    with pytest.raises(uploads.UploadTooLarge) as refusal:
        uploads.store(lying, folder="recipients", max_bytes=4)
    assert str(refusal.value)
    with pytest.raises(uploads.UploadEmpty):
        uploads.store(SimpleUploadedFile("x", b""), folder="recipients")
    assert kept_files(media) == []


def test_discarding(media):
    stored = uploads.store(SimpleUploadedFile("x", b"1"), folder="recipients")
    uploads.discard(stored.name)
    uploads.discard(stored.name)
    assert kept_files(media) == []
    with pytest.raises(uploads.UploadGone):
        uploads.path_of(stored.name)


@pytest.mark.parametrize("name", ["", "recipients", "../x", "recipients/ab/../../x", "/etc/passwd", "recipients/ab/cd"])
def test_only_names_of_ours_are_opened(name):
    for use in (uploads.path_of, uploads.discard):
        with pytest.raises(ValueError):
            use(name)
