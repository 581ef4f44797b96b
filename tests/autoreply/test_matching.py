"""Which keyword a text meets, and which of several goes first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoreply.matching import CONTAINS, EXACT, FIRST_WORD, Entry, Matcher

LINE, OTHER = 7, 8


def entry(rule_id: int, keyword: str, match: int = EXACT, priority: int = 5, line_id: int | None = None) -> Entry:
    return Entry(rule_id, keyword, match, priority, line_id)


def met(entries, text: str, line_id: int = LINE) -> list[int]:
    return [found.rule_id for found in Matcher(entries).candidates(text, line_id)]


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("قیمت", [1, 2, 3]),
        ("قیمت طلا", [2, 3]),
        ("قیمت، لطفا", [2, 3]),
        ("قیمتها", [3]),
        ("لطفا قیمت", [3]),
        ("قیم", []),
        ("", []),
    ],
)
def test_the_three_ways_to_match(text, rules):
    entries = [entry(1, "قیمت"), entry(2, "قیمت", FIRST_WORD), entry(3, "قیمت", CONTAINS)]
    assert met(entries, text) == rules


def test_a_keyword_of_several_words_begins_a_text():
    assert met([entry(1, "کد تخفیف", FIRST_WORD)], "کد تخفیف 12") == [1]
    assert met([entry(1, "کد تخفیف", FIRST_WORD)], "کد تخفیفات") == []


def test_priority_goes_before_the_kind_of_match_and_that_before_length_line_and_age():
    entries = [
        entry(1, "الف", CONTAINS, priority=1),
        entry(2, "الف"),
        entry(3, "الف ب", FIRST_WORD),
        entry(4, "الف", FIRST_WORD),
        entry(5, "الف", FIRST_WORD, line_id=LINE),
        entry(6, "الف", FIRST_WORD, line_id=OTHER),
        entry(7, "الف", FIRST_WORD),
    ]
    assert met(entries, "الف ب") == [1, 3, 5, 4, 7]
    assert met(entries, "الف") == [1, 2, 5, 4, 7]
    assert met(entries, "الف", OTHER) == [1, 2, 6, 4, 7]


def test_a_rule_is_met_once_by_its_best_keyword():
    entries = [entry(1, "ب", CONTAINS), entry(1, "الف ب", CONTAINS), entry(2, "لف", CONTAINS)]
    [first, second] = Matcher(entries).candidates("الف ب", LINE)
    assert (first.keyword, second.keyword) == ("الف ب", "لف")


WORDS = st.text("اب 1.", min_size=1, max_size=5)
ENTRIES = st.lists(
    st.builds(
        Entry, st.integers(1, 6), WORDS, st.sampled_from([EXACT, FIRST_WORD, CONTAINS]), st.integers(1, 2),
        st.sampled_from([None, LINE, OTHER]),
    ),
    max_size=12,
)  # fmt: skip


@given(ENTRIES, st.text("اب 1.", max_size=12))
def test_the_dictionary_finds_what_a_scan_finds(entries, text):
    def fits(one: Entry) -> bool:
        if one.match == EXACT:
            return text == one.keyword
        if one.match == CONTAINS:
            return one.keyword in text
        rest = text.removeprefix(one.keyword)
        return text.startswith(one.keyword) and not rest[:1].isalnum()

    fitting = sorted((one for one in entries if one.line_id in (None, LINE) and fits(one)), key=lambda one: one.rank)
    best = list(dict.fromkeys(one.rule_id for one in fitting))
    assert met(entries, text) == best
