"""Pages are compressed for browsers that can; other answers are left alone."""

import gzip

import pytest

pytestmark = pytest.mark.django_db
GZIP = {"Accept-Encoding": "gzip, br"}


def test_a_page_is_compressed_for_who_asks_so(client):
    plain = client.get("/accounts/login/")
    packed = client.get("/accounts/login/", headers=GZIP)
    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert len(packed.content) < len(plain.content) / 2
    assert b"</html>" in gzip.decompress(packed.content)


def test_the_length_does_not_give_the_content_away(client):
    lengths = {len(client.get("/accounts/login/", headers=GZIP).content) for _ in range(20)}
    assert len(lengths) > 5


def test_a_program_gets_its_answer_as_it_is(client):
    answer = client.get("/api/v1/problems", headers=GZIP)
    assert "Content-Encoding" not in answer.headers
    assert len(answer.content) > 1000
