"""``script/messages extract|compile|check``: each app's Persian catalogue, kept without the gettext programs.

``extract`` brings ``<app>/locale/fa/LC_MESSAGES/django.po`` in line with the app's sources, ``compile`` writes the
``.mo`` files that Django reads, ``check`` lists what a reader of Persian would miss.
"""

import ast
import io
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract as babel_extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from launcher.variables import ROOT

LOCALE = "fa"
PLURAL_FORMS = "nplurals=2; plural=(n > 1);"
HEADER = f"""msgid ""
msgstr ""
"Language: fa\\n"
"Plural-Forms: {PLURAL_FORMS}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
ONE, WITH_PLURAL = None, (1, 2)
CONTEXT, CONTEXT_WITH_PLURAL = ((1, "c"), 2), ((1, "c"), 2, 3)
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), ONE),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), WITH_PLURAL),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), CONTEXT),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), CONTEXT_WITH_PLURAL),
}
TEMPLATE_SUFFIXES = {".html", ".txt", ".xml", ".json", ".svg"}
STRING = r"""u?(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
TEMPLATE_CALL = re.compile(rf"\b(_|n?p?gettext)\(({STRING}(?:, {STRING})*)(?:, ?count)?\)")
PLACEHOLDER = re.compile(r"%\([^)]+\)[#0 +-]*[\d.]*[a-zA-Z]|%[#0 +-]*[\d.]*[sdifrx]|\{[A-Za-z_0-9]*\}")

Key = tuple[str | None, str]


@dataclass
class Use:
    """A message as the sources use it."""

    singular: str
    plural: str | None = None
    files: set[str] = field(default_factory=set)

    @property
    def id(self) -> str | tuple[str, str]:
        return (self.singular, self.plural) if self.plural else self.singular


def main(arguments: list[str]) -> int:
    commands = {"extract": extract, "compile": compile_catalogues, "check": check}
    if len(arguments) != 1 or arguments[0] not in commands:
        print(__doc__, file=sys.stderr)
        return 2
    return commands[arguments[0]](apps())


def apps(root: Path = ROOT) -> list[Path]:
    """Folders of the project that are Django apps."""
    return sorted(path.parent for path in root.glob("*/apps.py"))


def catalogue_path(app: Path) -> Path:
    return app / "locale" / LOCALE / "LC_MESSAGES" / "django.po"


# --- What the sources say ---------------------------------------------------------------------------------------------


def used(app: Path) -> dict[Key, Use]:
    """Every message of an app's Python files and templates, with the files it is in (relative to the app)."""
    found: dict[Key, Use] = {}
    for path in sorted(app.rglob("*")):
        relative = path.relative_to(app)
        if "migrations" in relative.parts or "static" in relative.parts:
            continue
        if path.suffix == ".py":
            messages = from_python(path)
        elif "templates" in relative.parts and path.suffix in TEMPLATE_SUFFIXES:
            messages = from_template(path)
        else:
            continue
        for context, singular, plural in messages:
            use = found.setdefault((context, singular), Use(singular))
            use.plural = use.plural or plural
            use.files.add(relative.as_posix())
    return found


def from_python(path: Path) -> Iterator[tuple[str | None, str, str | None]]:
    with path.open("rb") as file:
        for _line, message, _comments, context in babel_extract("python", file, KEYWORDS):
            parts = message if isinstance(message, tuple) else (message,)
            if parts[0]:
                yield context, parts[0], parts[1] if len(parts) > 1 else None


def from_template(path: Path) -> Iterator[tuple[str | None, str, str | None]]:
    """Django turns the template into calls of gettext, one a line, with strings as Python writes them."""
    for name, arguments in TEMPLATE_CALL.findall(templatize(path.read_text(encoding="utf-8"), str(path))):
        parts = list(ast.literal_eval(f"({arguments},)"))
        context = parts.pop(0) if "p" in name.removesuffix("gettext") else None
        if parts[0]:
            yield context, parts[0], parts[1] if len(parts) > 1 else None


# --- What the catalogues say ------------------------------------------------------------------------------------------


def read(app: Path) -> dict[Key, Message]:
    path = catalogue_path(app)
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        catalogue = read_po(file, locale=LOCALE, abort_invalid=True)
    return {key(message): message for message in catalogue if message.id}


def key(message: Message) -> Key:
    return message.context, message.id[0] if message.pluralizable else message.id


def is_translated(message: Message | None) -> bool:
    if message is None or message.fuzzy:
        return False
    strings = message.string if isinstance(message.string, tuple | list) else [message.string]
    return bool(strings) and all(strings)


# --- The commands -----------------------------------------------------------------------------------------------------


def extract(folders: Iterable[Path]) -> int:
    """Rewrite the catalogues; a new message takes over the translation that another app has for it."""
    folders = list(folders)
    catalogues = {app: read(app) for app in folders}
    shared = {name: entry for entries in catalogues.values() for name, entry in entries.items() if is_translated(entry)}
    for app in folders:
        uses = used(app)
        path = catalogue_path(app)
        if not uses and not path.is_file():
            continue
        own = {name: entry for name, entry in catalogues[app].items() if is_translated(entry) or name not in shared}
        text = HEADER + body(uses, shared | own)
        if not path.is_file() or path.read_text(encoding="utf-8") != text:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            print(f"{path.relative_to(app.parent)}: {len(uses)} messages")
    return 0


def body(uses: dict[Key, Use], translations: dict[Key, Message]) -> str:
    """Sorted, unwrapped, files without line numbers: two branches that add messages seldom touch the same lines."""
    catalogue = Catalog(locale=LOCALE)
    catalogue.mime_headers = [("Plural-Forms", PLURAL_FORMS)]  # Babel thinks Persian has one form; Django's has two
    for (context, _), use in uses.items():
        old = translations.get((context, use.singular))
        string = fitting(old.string, plural=use.plural is not None) if old else None
        flags = {"fuzzy"} if old and old.fuzzy else set()
        locations = [(name, None) for name in sorted(use.files)]
        catalogue.add(use.id, string, locations=locations, flags=flags, context=context)
    buffer = io.BytesIO()
    write_po(buffer, catalogue, width=0, omit_header=True, sort_output=True, include_lineno=False)
    return buffer.getvalue().decode().strip("\n") + "\n"


def fitting(string: str | tuple[str, ...], *, plural: bool) -> str | tuple[str, ...]:
    """A translation when its message has gained or lost a plural."""
    if plural:
        return string if isinstance(string, tuple | list) else (string, string)
    return string if isinstance(string, str) else string[-1]


def compile_catalogues(folders: Iterable[Path]) -> int:
    for app in folders:
        path = catalogue_path(app)
        compiled = path.with_suffix(".mo")
        if not path.is_file() or (compiled.is_file() and compiled.stat().st_mtime_ns >= path.stat().st_mtime_ns):
            continue
        with path.open("rb") as file:
            catalogue = read_po(file, locale=LOCALE, abort_invalid=True)
        partial = compiled.with_suffix(".new")
        with partial.open("wb") as file:
            write_mo(file, catalogue)
        partial.replace(compiled)
    return 0


def check(folders: Iterable[Path]) -> int:
    found = list(problems(list(folders)))
    for line in found:
        print(line)
    print(f"Translations: {len(found)} problems" if found else "Translations: every message has its Persian words")
    return 1 if found else 0


def problems(folders: list[Path]) -> Iterator[str]:
    """One line for each: untranslated, fuzzy, other placeholders, no longer used, translated differently elsewhere."""
    elsewhere: dict[Key, tuple[str, object]] = {}
    for app in folders:
        uses, entries = used(app), read(app)
        for name, use in sorted(uses.items(), key=lambda item: (item[0][1], item[0][0] or "")):
            message = entries.get(name)
            where = f"{app.name} ({', '.join(sorted(use.files))}): {use.singular!r}"
            if message is None or (not message.fuzzy and not is_translated(message)):
                yield f"{where} has no Persian translation"
            elif message.fuzzy:
                yield f"{where} is fuzzy: confirm its translation and remove the flag"
            elif bool(use.plural) != message.pluralizable:
                yield f"{where} has a plural on one side only: run script/messages extract"
            elif wrong := differing_placeholders(message):
                yield f"{where} has other placeholders than its translation: {', '.join(wrong)}"
            else:
                other, string = elsewhere.setdefault(name, (app.name, message.string))
                if string != message.string:
                    yield f"{where} is translated differently in {other}; Django uses one of them everywhere"
        for context, singular in sorted(set(entries) - set(uses), key=lambda name: (name[1], name[0] or "")):
            name = f"{singular!r} ({context})" if context else repr(singular)
            yield f"{app.name}: {name} is no longer used: run script/messages extract"


def differing_placeholders(message: Message) -> list[str]:
    """Of a plural, the general form must carry all of them; the one for a single thing may leave some out."""
    if not message.pluralizable:
        return sorted(placeholders(message.id) ^ placeholders(message.string))
    allowed = placeholders(message.id[0]) | placeholders(message.id[1])
    unknown = set().union(*(placeholders(string) for string in message.string)) - allowed
    missing = placeholders(message.id[1]) - placeholders(message.string[-1])
    return sorted(unknown | missing)


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text.replace("%%", "")))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
