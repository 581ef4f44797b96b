"""The built front-end files: present, hashed, light, and free of what the pages' policy forbids."""

import gzip
import json
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

ROOT = Path(settings.BASE_DIR)
OWN = ROOT / "smsplatform" / "static"
BUDGET = 250_000  # octets of a page, compressed, fonts apart
PACKAGES = ["tabler/tabler.rtl.min.css", "htmx/htmx.min.js", "chart/chart.umd.min.js", "jalaali/index.js", "icons.svg"]


@pytest.fixture
def collected(tmp_path, settings):
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": "smsplatform.storage.HashedStaticFiles"}}
    call_command("collectstatic", interactive=False, verbosity=0)
    return settings.STATIC_ROOT


def test_modules_import_hashed_modules(collected):
    names = json.loads((collected / "staticfiles.json").read_text())["paths"]
    composer = (collected / names["js/composer.js"]).read_text()
    assert f'from "./{names["js/words.js"].removeprefix("js/")}"' in composer
    calendars = (collected / names["js/calendars.js"]).read_text()
    assert f'from "../{names["vendor/jalaali/index.js"]}"' in calendars


def test_every_icon_that_a_template_names_is_in_the_sprite():
    wanted = set()
    for template in ROOT.glob("*/templates/**/*.html"):
        text = template.read_text()
        wanted |= set(re.findall(r'{% icon "([\w-]+)"', text)) | set(re.findall(r'\bicon="([\w-]+)"', text))
        wanted |= set(re.findall(r'\b(?:action_icon|icon_name)="([\w-]+)"', text))
    wanted |= set(re.findall(r'Entry\(_\("[^"]+"\), "([\w-]+)"', (ROOT / "smsplatform" / "menu.py").read_text()))
    assert wanted - set(json.loads((ROOT / "frontend.json").read_text())["icons"]) == set()


def test_heaviest_page_keeps_the_budget():
    files = [OWN / "vendor" / name for name in PACKAGES]
    files += [*(OWN / "css").glob("*.css"), *(OWN / "js").glob("*.js")]
    assert sum(len(gzip.compress(file.read_bytes())) for file in files) < BUDGET


def test_templates_hold_no_inline_script_style_or_handler():
    for template in ROOT.glob("*/templates/**/*.html"):
        text = template.read_text()
        assert not re.search(r"<script(?![^>]*\bsrc=)[^>]*>", text), template
        assert not re.search(r"\son\w+=|javascript:|hx-on|<style\b", text), template


def test_own_styles_know_no_left_and_no_right():
    physical = re.compile(r"(?<![\w-])(?:margin|padding|border|inset)?-?(?:left|right)\s*:", re.MULTILINE)
    for sheet in (OWN / "css").glob("*.css"):
        assert not physical.search(sheet.read_text()), sheet


def test_lock_names_no_registry():
    lock = json.loads((ROOT / "package-lock.json").read_text())
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]
