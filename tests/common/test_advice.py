from hypothesis import given
from hypothesis import strategies as st

from common.text import AdviceCode, advise, measure


def remarks(text: str) -> list[tuple]:
    return [(one.code.value, one.params.get("character"), one.positions) for one in advise(text)]


def test_a_plain_text_needs_no_advice():
    assert advise("Your code is 1234.") == []
    assert advise("سلام، کد شما ۱۲۳۴ است. می\u200cرسیم! SMS\u200cها 👨\u200d👩\u200d👧") == []
    assert advise("") == []


def test_curly_quotes_in_a_latin_text_name_themselves_and_the_part_they_cost():
    first, second = advise("Hello “" + "x" * 100 + "”")
    assert (first.code, first.positions) == (AdviceCode.UNICODE_CHARACTER, (6,))
    assert first.params == {
        "character": "“",
        "code_point": "U+201C",
        "name": "left double quotation mark",
        "count": 1,
        "replacement": '"',
        "parts": 2,
        "parts_without": 1,
    }
    assert (second.params["character"], second.positions) == ("”", (107,))


def test_every_kind_of_stray():
    assert remarks("Code ۱۲۱") == [("unicode_character", "۱", (5, 7)), ("unicode_character", "۲", (6,))]
    assert [one.params["replacement"] for one in advise("Sale – now… ` á é")] == ["-", "...", "'", "a"]
    assert remarks("Hello dear 😊") == [("unicode_character", "😊", (11,))]
    assert advise("Hello dear 😊")[0].params["replacement"] == ""
    assert remarks("Hello my dear ي") == [("unicode_character", "ي", (14,))]
    assert remarks("Hello\u200c you") == [("unicode_character", "\u200c", (5,))]
    assert remarks("Great job family 👨\u200d👩") == [
        ("unicode_character", "👨", (17,)),
        ("unicode_character", "👩", (19,)),
    ]


def test_persian_text_is_not_told_to_be_latin():
    assert advise("Hello علی جان چطوری") == []
    assert advise("بله") == []


def test_the_few_units_past_the_boundary():
    (advice,) = advise("س" * 70 + "ab!")
    assert advice.code is AdviceCode.ADDS_PART
    assert advice.positions == (70, 71, 72)
    assert advice.params == {"parts": 2, "units": 3, "characters": 3, "tail": "ab!"}
    assert advise("a" * 162)[0].params == {"parts": 2, "units": 2, "characters": 2, "tail": "aa"}
    assert advise("a" * 308)[0].params == {"parts": 3, "units": 2, "characters": 2, "tail": "aa"}
    assert advise("س" * 69 + "😊")[0].params == {"parts": 2, "units": 1, "characters": 1, "tail": "😊"}
    assert advise("a" * 200) == []


@given(st.text(alphabet="a[س😊", max_size=400))
def test_removing_the_tail_saves_the_part(text):
    for advice in advise(text):
        if advice.code is AdviceCode.ADDS_PART:
            kept = text[: -advice.params["characters"]]
            assert measure(kept).parts == advice.params["parts"] - 1
            assert measure(text[: len(kept) + 1]).parts == advice.params["parts"]


def test_extension_characters_count_two():
    assert remarks("[x] {y]") == [
        ("extension_character", "[", (0,)),
        ("extension_character", "]", (2, 6)),
        ("extension_character", "{", (4,)),
    ]
    costly = next(one for one in advise("a" * 159 + "€") if one.code is AdviceCode.EXTENSION_CHARACTER)
    assert (costly.params["parts"], costly.params["parts_without"]) == (2, 1)


def test_invisible_characters_that_do_no_work():
    assert remarks("سلام\u200b دنیا\ufeff \u200fخوب") == [
        ("invisible_character", "\u200b", (4,)),
        ("invisible_character", "\ufeff", (10,)),
        ("invisible_character", "\u200f", (12,)),
    ]
    assert remarks("خانه\u200c بزرگ\u200c") == [("invisible_character", "\u200c", (4, 10))]


def test_arabic_letters_and_digits_in_persian():
    assert remarks("علي كاظمى ٤") == [
        ("arabic_character", "ي", (2,)),
        ("arabic_character", "ك", (4,)),
        ("arabic_character", "ى", (8,)),
        ("arabic_character", "٤", (10,)),
    ]
    assert [one.params["replacement"] for one in advise("علي كاظمى ٤")] == ["ی", "ک", "ی", "۴"]


@given(st.text())
def test_advice_never_fails_and_points_at_what_it_names(text):
    for advice in advise(text):
        for position in advice.positions:
            if "character" in advice.params:
                assert text[position] == advice.params["character"]
