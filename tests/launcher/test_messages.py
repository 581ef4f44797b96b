"""Catalogues follow the sources: every way to mark a message, and every way in which a translation can be wrong."""

import gettext

import pytest

from launcher import messages

PYTHON = """
from django.utils.translation import gettext as _, gettext_lazy, ngettext, npgettext, pgettext
a = _("Hello")
b = gettext_lazy("Two " "pieces")
c = ngettext("%(count)s message", "%(count)s messages", 2) % {"count": 2}
d = pgettext("verb", "Send")
e = npgettext("parts", "one part", "%d parts", 2)
f = _(f"not {a} message")
"""
TEMPLATE = """{% load i18n %}
    {# Translators: a greeting #}
  {% translate "Hello" as greeting %}
{% translate "Send" context "noun" %}
      {% blocktranslate trimmed with name=user.name %}
        Dear {{ name }},
        100% yours
      {% endblocktranslate %}
  {% blocktranslate count n=total trimmed context "rows" %}
    {{ n }} row{% plural %}{{ n }} rows
  {% endblocktranslate %}
{{ value|default:_("Nothing yet") }} {% url 'x' title=_("It's here") %}
{% comment %}{% translate "Never" %}{% endcomment %}
"""


@pytest.fixture
def app(tmp_path):
    folder = tmp_path / "shop"
    (folder / "templates" / "shop").mkdir(parents=True)
    (folder / "migrations").mkdir()
    (folder / "apps.py").write_text("")
    (folder / "views.py").write_text(PYTHON)
    (folder / "templates" / "shop" / "page.html").write_text(TEMPLATE)
    (folder / "migrations" / "0001.py").write_text('from x import _\n_("In a migration")')
    return folder


def catalogue(app, text: str) -> None:
    path = messages.catalogue_path(app)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(messages.HEADER + text, encoding="utf-8")


def test_every_kind_of_message_is_found(app):
    found = {(context, use.singular, use.plural): sorted(use.files) for (context, _), use in messages.used(app).items()}
    page = "templates/shop/page.html"
    assert found == {
        (None, "Hello", None): [page, "views.py"],
        (None, "Two pieces", None): ["views.py"],
        (None, "%(count)s message", "%(count)s messages"): ["views.py"],
        ("verb", "Send", None): ["views.py"],
        ("parts", "one part", "%d parts"): ["views.py"],
        ("noun", "Send", None): [page],
        (None, "Dear %(name)s, 100%% yours", None): [page],
        ("rows", "%(n)s row", "%(n)s rows"): [page],
        (None, "Nothing yet", None): [page],
        (None, "It's here", None): [page],
    }


def test_extract_keeps_translations_sorts_and_drops_what_is_not_used(app):
    catalogue(app, 'msgid "Hello"\nmsgstr "سلام"\n\nmsgid "Gone"\nmsgstr "رفته"\n')
    messages.extract([app])
    text = messages.catalogue_path(app).read_text(encoding="utf-8")
    assert '#: templates/shop/page.html views.py\nmsgid "Hello"\nmsgstr "سلام"' in text
    assert "Gone" not in text
    assert "In a migration" not in text
    ids = [line for line in text.splitlines() if line.startswith("msgid ")][1:]
    assert ids == sorted(ids)
    messages.extract([app])
    assert messages.catalogue_path(app).read_text(encoding="utf-8") == text


def test_a_translation_of_another_app_is_taken_over(app, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    (other / "apps.py").write_text('from x import _\n_("Hello")')
    catalogue(other, 'msgid "Hello"\nmsgstr "سلام"\n')
    messages.extract(messages.apps(tmp_path))
    assert messages.read(app)[None, "Hello"].string == "سلام"


def test_compiled_catalogues_are_what_gettext_reads(app):
    catalogue(
        app,
        'msgid "Hello"\nmsgstr "سلام"\n\nmsgctxt "verb"\nmsgid "Send"\nmsgstr "بفرست"\n\n'
        'msgid "%d a"\nmsgid_plural "%d b"\nmsgstr[0] "یک"\nmsgstr[1] "%d تا"\n',
    )
    messages.compile_catalogues([app])
    with messages.catalogue_path(app).with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert compiled.gettext("Hello") == "سلام"
    assert compiled.pgettext("verb", "Send") == "بفرست"
    assert [compiled.ngettext("%d a", "%d b", count) for count in (1, 5)] == ["یک", "%d تا"]


@pytest.mark.parametrize(
    ("source", "entry", "problem"),
    [
        ('_("A")', "", "'A' has no Persian translation"),
        ('_("A")', 'msgid "A"\nmsgstr ""\n', "'A' has no Persian translation"),
        ('_("A")', '#, fuzzy\nmsgid "A"\nmsgstr "آ"\n', "'A' is fuzzy"),
        ('_("%(a)s b")', 'msgid "%(a)s b"\nmsgstr "%(b)s"\n', "other placeholders than its translation: %(a)s, %(b)s"),
        ('_("{a} b")', 'msgid "{a} b"\nmsgstr "ب"\n', "other placeholders than its translation: {a}"),
        ('_("A")', 'msgid "A"\nmsgstr "آ"\n\nmsgid "B"\nmsgstr "ب"\n', "'B' is no longer used"),
        ('ngettext("A", "%d As", 2)', 'msgid "A"\nmsgstr "آ"\n', "has a plural on one side only"),
        (
            'ngettext("A", "%d As", 2)',
            'msgid "A"\nmsgid_plural "%d As"\nmsgstr[0] "آ"\nmsgstr[1] "چند آ"\n',
            "other placeholders than its translation: %d",
        ),
    ],
)
def test_what_a_reader_of_persian_would_miss_is_named(tmp_path, source, entry, problem):
    app = tmp_path / "shop"
    app.mkdir()
    (app / "apps.py").write_text(f"from x import *\n{source}\n")
    catalogue(app, entry)
    assert [problem in line for line in messages.problems([app])] == [True]


def test_a_sound_catalogue_has_no_problems(tmp_path):
    app = tmp_path / "shop"
    app.mkdir()
    (app / "apps.py").write_text('from x import *\nngettext("One of 10%", "%(n)s of 10%", n)\n_("{} rials")')
    catalogue(
        app,
        'msgid "One of 10%"\nmsgid_plural "%(n)s of 10%"\nmsgstr[0] "یکی از ۱۰٪"\nmsgstr[1] "%(n)s از ۱۰٪"\n\n'
        'msgid "{} rials"\nmsgstr "{} ریال"\n',
    )
    assert list(messages.problems([app])) == []


def test_one_message_has_one_translation_everywhere(tmp_path):
    for name, word in (("a", "ارسال"), ("b", "فرستادن")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "apps.py").write_text('from x import _\n_("Send")')
        catalogue(tmp_path / name, f'msgid "Send"\nmsgstr "{word}"\n')
    (problem,) = messages.problems(messages.apps(tmp_path))
    assert "'Send' is translated differently in a" in problem
