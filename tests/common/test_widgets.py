"""The select of many options is the one that Django writes."""

from django import forms
from django.test.html import parse_html

from common.widgets import LongSelect

CHOICES = [("", "همه"), ("1", "گروه «یک» <b>"), ("2", 'two & "2"'), ("3", "سه")]


def test_it_is_the_select_of_django():
    for value in ("", "1", "2", None, "unknown", '"><script>'):
        for attrs in ({}, {"class": "form-select", "id": "id_group", "required": True, "aria-describedby": "x"}):
            written = LongSelect(choices=CHOICES).render("group", value, attrs)
            usual = forms.Select(choices=CHOICES).render("group", value, attrs)
            assert parse_html(written) == parse_html(usual)


def test_what_is_chosen_and_written_is_escaped():
    written = LongSelect(choices=CHOICES).render("group", "1", {"id": "x"})
    assert '<option value="1" selected>گروه «یک» &lt;b&gt;</option>' in written
    assert written.startswith('<select name="group" id="x"><option value="">همه</option>')
