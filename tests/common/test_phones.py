import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.phones import (
    Seen,
    e164,
    extract,
    is_data_sim,
    mask,
    national,
    normalise,
    normalise_line,
    normalise_many,
)

NUMBER = 989121234567
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")

mobiles = st.integers(989_000_000_000, 989_999_999_999)


@st.composite
def written(draw) -> tuple[int, str]:
    number = draw(mobiles)
    digits = list(draw(st.sampled_from(["", "0", "98", "+98", "0098", "098", "+98(0)", "0 ", "98 "])) + str(number)[2:])
    for _ in range(draw(st.integers(0, 5))):
        place = draw(st.integers(0, len(digits)))
        digits.insert(place, draw(st.sampled_from([" ", "-", "\u200c", "\u200f", "(", ")", "\u00a0", "–"])))
    return number, "".join(digits).translate(draw(st.sampled_from([{}, PERSIAN, ARABIC])))


@pytest.mark.parametrize(
    "raw",
    [
        "09121234567",
        "9121234567",
        "989121234567",
        "+989121234567",
        "00989121234567",
        "0989121234567",
        "+98 (0) 912 123 4567",
        "0 98 9121234567",
        "0912-123-4567",
        "0912.123.4567",
        "(0912) 123 45 67",
        "۰۹۱۲۱۲۳۴۵۶۷",
        "٠٩١٢١٢٣٤٥٦٧",
        "\u202a+98 912 123 4567\u202c",
        "\u200f0912\u200c1234567\ufeff",
        "9121234567.0",
        "989121234567.00",
        "9.121234567E+9",
        "9.89121234567e11",
        "'09121234567",
        "989121234567+",
        " 09121234567\r\n",
        "０９１２１２３４５６７",
        9121234567,
        989121234567,
        9121234567.0,
    ],
)
def test_all_the_ways_to_write_a_number(raw):
    assert normalise(raw) == NUMBER


@pytest.mark.parametrize(
    "raw",
    [
        "",
        " ",
        "0912123456",
        "091212345678",
        "02112345678",
        "+982112345678",
        "+441234567890",
        "+9121234567",
        "9.12123E+9",
        "9.12E+09",
        "9.89121E+11",
        "9.1212345671E+9",
        "0912x234567",
        "0912123456a",
        "09121234567 09121234568",
        "9121234567.5",
        "--",
        "۰۹۱۲",
        "0" * 10_000,
        "+",
        True,
        9121234567.5,
    ],
)
def test_what_is_no_mobile_number(raw):
    assert normalise(raw) is None


@given(written())
def test_normalising_again_changes_nothing(case):
    number, raw = case
    assert normalise(raw) == number
    assert normalise(number) == normalise(national(number)) == normalise(e164(number)) == number


@given(st.text() | st.text(alphabet="09+8 -.\u200c۹٠eE"))
def test_normalise_gives_a_mobile_or_nothing(text):
    number = normalise(text)
    assert number is None or 989_000_000_000 <= number <= 989_999_999_999


@given(st.lists(st.text(alphabet="0123456789+- .\n۰۹8a", max_size=15) | written().map(lambda case: case[1])))
def test_a_column_reads_as_its_values_do(values):
    assert normalise_many(values).tolist() == [normalise(value) or 0 for value in values]


def test_an_empty_column():
    assert normalise_many([]).tolist() == []
    assert normalise_many([""]).tolist() == [0]
    assert normalise_many(["", "09121234567"]).tolist() == [0, NUMBER]


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        ("10004346", "10004346"),
        ("+9810004346", "10004346"),
        ("009810004346", "10004346"),
        (10004346, "10004346"),
        ("۳۰۰۰ ۱۲۳۴", "30001234"),
        ("9821123456", "9821123456"),
        ("02191001234", "02191001234"),
        ("110", "110"),
        ("5" * 18, "5" * 18),
        ("11", None),
        ("5" * 19, None),
        ("BANK", None),
        ("", None),
        ("+44123456", None),
    ],
)
def test_lines(raw, line):
    assert normalise_line(raw) == line


def test_extract_whatever_separates_the_numbers():
    text = (
        "0912 123 4567\n09351234567, 9361234567،+98 937 123 4567; ۰۹۳۸۱۲۳۴۵۶۷؛09391234567\t09901234567"
        "\n0912 123 4567 0913-123-4567 09141234567\n09151234567/09161234567-09171234567"
    )
    extraction = extract(text)
    assert [national(number) for number in extraction.numbers] == [
        "09121234567",
        "09351234567",
        "09361234567",
        "09371234567",
        "09381234567",
        "09391234567",
        "09901234567",
        "09121234567",
        "09131234567",
        "09141234567",
        "09151234567",
        "09161234567",
        "09171234567",
    ]
    assert extraction.invalid == []


def test_extract_gives_back_what_is_no_number():
    extraction = extract("0912 123 456\n, ,\u200c\nعلی رضایی 09121234567 خانه\n\n0211234")
    assert extraction.numbers == [NUMBER]
    assert extraction.invalid == ["0912 123 456", "علی رضایی", "خانه", "0211234"]


@given(st.lists(written(), max_size=20), st.sampled_from(["\n", ", ", "،", ";", "\t", "\r\n", " | "]))
def test_extract_reads_any_list(cases, separator):
    assert extract(separator.join(raw for _, raw in cases)).numbers == [number for number, _ in cases]


@given(st.text(alphabet="09123456789 \n,-/ab", max_size=200))
def test_extract_never_fails(text):
    extraction = extract(text)
    assert all(piece.strip() for piece in extraction.invalid)


@given(st.lists(st.lists(mobiles | st.integers(989_121_234_560, 989_121_234_570) | st.just(0))))
def test_seen_agrees_with_a_set(batches):
    seen, known = Seen(), set()
    for batch in batches:
        expected = []
        for number in batch:
            expected.append(number != 0 and number not in known)
            known.add(number)
        assert seen.add_many(np.array(batch, np.int64)).tolist() == expected


def test_seen_holds_the_ends_of_the_range_and_refuses_what_lies_outside():
    seen = Seen()
    ends = np.array([989_000_000_000, 989_999_999_999])
    assert seen.add_many(ends).tolist() == [True, True]
    assert seen.add_many(ends).tolist() == [False, False]
    for outside in (988_999_999_999, 990_000_000_000, 9121234567):
        with pytest.raises(ValueError):
            seen.add_many(np.array([outside]))


def test_seen_needs_no_more_than_125_megabytes():
    tracemalloc.start()
    try:
        Seen()
        assert tracemalloc.get_traced_memory()[1] <= 125_100_000
    finally:
        tracemalloc.stop()


def test_showing_numbers():
    assert national(NUMBER) == "09121234567"
    assert e164(NUMBER) == "+989121234567"
    assert mask(NUMBER) == "0912***4567"
    assert is_data_sim(989_411_234_567)
    assert not is_data_sim(NUMBER)
