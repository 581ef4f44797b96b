import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.text import DefaultAlphabet, Encoding, TextTooLong, clean, decode, encode, gsm, measure, split

ADVERSE = "a[€سی۱\u200c😊👨\n\r\f`§ ~É"
texts = st.text() | st.text(alphabet=ADVERSE, max_size=500) | st.text(alphabet="ab[€\f", max_size=700)
gsm_texts = st.text(alphabet=sorted(gsm.CHARACTERS), max_size=700)


def received(parts: list[bytes], encoding: Encoding) -> str:
    decoded = [decode(part, encoding, len(parts) > 1) for part in parts]
    assert [part.sequence for part in decoded] == list(range(1, len(parts) + 1))
    assert {part.total for part in decoded} <= {len(parts)}
    return "".join(part.text for part in decoded)


@given(texts, st.integers(0, 70_000), st.booleans())
def test_what_is_sent_is_what_is_read(text, reference, wide):
    text = text.replace("\x00", "")
    size = measure(text, wide_reference=wide)
    pieces = split(text, wide_reference=wide)
    payloads = encode(text, reference=reference, wide_reference=wide)
    assert "".join(pieces) == text
    assert len(pieces) == len(payloads) == size.parts
    assert received(payloads, size.encoding) == text
    assert all(len(payload) <= (160 if size.encoding is Encoding.GSM7 else 140) for payload in payloads)
    if size.parts > 1:
        expected = reference % (65_536 if wide else 256)
        assert {decode(payload, size.encoding, True).reference for payload in payloads} == {expected}


@given(texts)
def test_parts_are_filled_from_the_first(text):
    size = measure(text)
    used = [measure(piece).units if size.encoding is Encoding.GSM7 else utf16(piece) for piece in split(text)]
    assert sum(used) == size.units
    assert all(size.multi - 1 <= units <= size.multi for units in used[:-1])
    assert size.left == (size.single if size.parts <= 1 else size.multi) - (used[-1] if used else 0)


@given(gsm_texts)
def test_every_gsm_text_is_gsm(text):
    size = measure(text)
    assert size.encoding is Encoding.GSM7
    assert size.units == sum(2 if character in gsm.EXTENSION else 1 for character in text)


@pytest.mark.parametrize("character", sorted(gsm.CHARACTERS))
def test_each_gsm_character_comes_back(character):
    (payload,) = encode(character, reference=0)
    assert decode(payload, 0, False).text == character
    assert len(payload) == (2 if character in gsm.EXTENSION else 1)


def test_alphabet_against_the_specification():
    assert len(gsm.CHARACTERS) == 127 + 10
    places = {"@": 0, "$": 2, "_": 0x11, "§": 0x5F, "¿": 0x60, "à": 0x7F, "Δ": 0x10, "\n": 0x0A, "\r": 0x0D, "É": 0x1F}
    assert {character: encode(character, reference=0)[0][0] for character in places} == places
    assert encode("€\f", reference=0) == [b"\x1b\x65\x1b\x0a"]
    for outside in "`çÁ\t\u00a0سي۱\u200c–“":
        assert measure(outside).encoding is Encoding.UCS2


@pytest.mark.parametrize(
    ("text", "units", "parts", "left"),
    [
        ("", 0, 0, 160),
        ("a" * 159, 159, 1, 1),
        ("a" * 160, 160, 1, 0),
        ("a" * 161, 161, 2, 145),
        ("a" * 306, 306, 2, 0),
        ("a" * 307, 307, 3, 152),
        ("a" * 158 + "[", 160, 1, 0),
        ("a" * 159 + "[", 161, 2, 145),
        ("a" * 152 + "[" + "a" * 151, 305, 2, 0),  # the bracket moves whole to the second part
        ("a" * 152 + "[" + "a" * 152, 306, 3, 152),
        ("س" * 69, 69, 1, 1),
        ("س" * 70, 70, 1, 0),
        ("س" * 71, 71, 2, 63),
        ("س" * 134, 134, 2, 0),
        ("س" * 135, 135, 3, 66),
        ("س" * 68 + "😊", 70, 1, 0),
        ("س" * 69 + "😊", 71, 2, 63),
        ("س" * 66 + "😊" + "س" * 65, 133, 2, 0),
        ("س" * 66 + "😊" + "س" * 66, 134, 3, 66),
    ],
)
def test_boundaries(text, units, parts, left):
    size = measure(text)
    assert (size.units, size.parts, size.left) == (units, parts, left)
    assert len(split(text)) == parts


@pytest.mark.parametrize("pair", ["[", "€", "😊"])
@pytest.mark.parametrize("filler", ["a", "س"])
@pytest.mark.parametrize("place", [65, 66, 67, 132, 133, 134, 151, 152, 153, 304, 305, 306])
def test_a_pair_at_each_boundary_is_never_cut(pair, filler, place):
    text = filler * place + pair + filler * 400
    assert "".join(split(text)) == text
    assert sum(pair in piece for piece in split(text)) == 1


def test_headers_octet_by_octet():
    first, second = encode("س" * 71, reference=0x1FE)
    assert first[:6] == bytes.fromhex("050003fe0201")
    assert second[:6] == bytes.fromhex("050003fe0202")
    assert first[6:8] == bytes.fromhex("0633")
    assert (len(first), len(second)) == (140, 14)
    assert encode("a" * 161, reference=0x1FE, wide_reference=True)[1][:7] == bytes.fromhex("06080401fe0202")


def test_at_most_255_parts():
    assert len(encode("a" * 153 * 255, reference=1)) == 255
    with pytest.raises(TextTooLong):
        encode("a" * (153 * 255 + 1), reference=1)


@given(st.binary(max_size=200), st.integers(0, 255), st.booleans(), st.sampled_from(DefaultAlphabet))
def test_reading_never_raises_and_can_be_stored(payload, data_coding, has_udh, alphabet):
    decoded = decode(payload, data_coding, has_udh, default_alphabet=alphabet)
    assert "\x00" not in decoded.text
    decoded.text.encode("utf-8")
    assert 1 <= decoded.sequence <= decoded.total


@pytest.mark.parametrize(
    ("payload", "data_coding", "has_udh", "text", "header"),
    [
        (b"hello", 1, False, "hello", (None, 1, 1)),
        (b"caf\xe9", 3, False, "café", (None, 1, 1)),
        (b"\x01\xff", 4, False, "01ff", (None, 1, 1)),
        (b"\x01\xff", 2, False, "01ff", (None, 1, 1)),
        ("سلام".encode("utf-16-be"), 8, False, "سلام", (None, 1, 1)),
        ("سلام".encode("utf-16-be"), 0x18, False, "سلام", (None, 1, 1)),
        (b"\x00\x02", 0xF1, False, "@$", (None, 1, 1)),
        (b"\x00A\xd8", 8, False, "A\ufffd", (None, 1, 1)),
        (b"\x1b\x65\x1bA\x1b", 0, False, "€A ", (None, 1, 1)),
        (b"caf\xe9", 0, False, "café", (None, 1, 1)),
        (bytes.fromhex("0500032a0302") + b"hi", 0, True, "hi", (42, 3, 2)),
        (bytes.fromhex("060804012a0302") + b"hi", 0, True, "hi", (298, 3, 2)),
        (bytes.fromhex("0b0504158200000003070201") + b"hi", 0, True, "hi", (7, 2, 1)),
        (bytes.fromhex("0500032a0304") + b"hi", 0, True, "hi", (None, 1, 1)),
        (bytes.fromhex("0500032a0000") + b"hi", 0, True, "hi", (None, 1, 1)),
        (b"\x7f\x00", 0, True, "à@", (None, 1, 1)),
        (b"", 8, True, "", (None, 1, 1)),
    ],
)
def test_reading_what_others_send(payload, data_coding, has_udh, text, header):
    decoded = decode(payload, data_coding, has_udh)
    assert (decoded.text, (decoded.reference, decoded.total, decoded.sequence)) == (text, header)


def test_a_character_cut_in_half_by_another_sender_is_whole_when_bodies_are_joined():
    octets = "😊".encode("utf-16-be")
    parts = [bytes((5, 0, 3, 9, 2, number)) + half for number, half in ((1, octets[:2]), (2, octets[2:]))]
    bodies = [decode(part, 8, True).body for part in parts]
    assert decode(b"".join(bodies), 8, False).text == "😊"


def test_half_a_surrogate_pair_is_sent_as_the_replacement_character():
    assert encode("س\ud83d", reference=0) == ["س\ufffd".encode("utf-16-be")]
    assert measure("س\ud83d").units == 2


def test_clean_text_counts_a_line_break_once():
    assert clean("a\r\nb\rc\nd\x00\ud83d") == "a\nb\nc\nd\ufffd"


def utf16(text: str) -> int:
    return len(text.encode("utf-16-be")) // 2
