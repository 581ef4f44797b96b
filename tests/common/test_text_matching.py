import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.text import ascii_digits, fold, has_opt_out_hint, is_opt_out, is_rejoin


@pytest.mark.parametrize(
    ("typed", "folded"),
    [
        ("  Hello   World ", "hello world"),
        ("علي", "علی"),
        ("مصطفى", "مصطفی"),
        ("كتاب", "کتاب"),
        ("می\u200cروم", "میروم"),
        ("قرعه\u200cکشي ۱۲٣4", "قرعهکشی 1234"),
        ("مـــن", "من"),
        ("مُحَمَّد", "محمد"),
        ("آب", "اب"),
        ("خانۀ", "خانه"),
        ("\ufeffSTRASSE ß", "strasse ss"),
        ("ﻻﻟﻪ", "لاله"),
        ("Ｗｉｎ", "win"),
        ("a\u00a0b\nc", "a b c"),
        ("", ""),
    ],
)
def test_fold(typed, folded):
    assert fold(typed) == folded


@given(st.text() | st.text(alphabet="آأإؤئيیكک\u200c\u064b ـ۱١1aAéİßﷲ"))
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_fold_ignores_case_and_outer_space(text):
    assert fold(f" {text}\u200c ") == fold(text)
    assert fold(unicodedata.normalize("NFD", text)) == fold(text)


def test_ascii_digits_touches_digits_only():
    assert ascii_digits("کد ۱۲۳ ٤٥٦ ي 789") == "کد 123 456 ي 789"


@pytest.mark.parametrize(
    "text", ["لغو11", "لغو ۱۱", "لغو۱۱", "11", "۱۱", " ١١ ", "«لغو ۱۱»", "لغو\u200c11", "11.", "لغـو 11"]
)
def test_opt_out(text):
    assert is_opt_out(text)
    assert not is_rejoin(text)


@pytest.mark.parametrize("text", ["12", " ۱۲ ", "١٢."])
def test_rejoin(text):
    assert is_rejoin(text)
    assert not is_opt_out(text)


@pytest.mark.parametrize("text", ["", "لغو", "111", "1 سلام 1", "لغو 12", "سلام 11", "لغو سفارش 11"])
def test_other_words_are_no_opt_out(text):
    assert not is_opt_out(text)
    assert not is_rejoin(text)


@pytest.mark.parametrize(
    "text", ["تخفیف ویژه\nلغو11", "لغو ۱۱", "برای لغو: 11", "لغو ارسال عدد ۱۱", "لغو=۱۱", "لغو«۱۱»"]
)
def test_opt_out_hint(text):
    assert has_opt_out_hint(text)


@pytest.mark.parametrize("text", ["", "تخفیف ویژه", "لغو 110", "11", "لغو سفارش شماره 11"])
def test_no_opt_out_hint(text):
    assert not has_opt_out_hint(text)
