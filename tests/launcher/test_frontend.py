"""What frontend.json lists is copied, icons become one sprite, and nothing is done twice."""

import json

import pytest

from launcher import frontend
from launcher.environment import LauncherError

HOME = """<!-- tags: [house] -->
<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="currentColor" \
stroke-width="2" stroke-linecap="round" stroke-linejoin="round" class="icon icon-tabler">
  <path stroke="none" d="M0 0h24v24H0z" fill="none" />
  <path d="M5 12l-2 0l9 -9l9 9l-2 0" />
</svg>"""


@pytest.fixture
def project(tmp_path, monkeypatch):
    packages = tmp_path / "var" / "frontend" / "node_modules"
    icons = packages / "@tabler" / "icons" / "icons" / "outline"
    icons.mkdir(parents=True)
    (icons / "home.svg").write_text(HOME)
    (packages / "htmx.org").mkdir()
    (packages / "htmx.org" / "htmx.min.js").write_text("htmx")
    (tmp_path / "package-lock.json").write_text("{}")
    monkeypatch.setattr(frontend, "ROOT", tmp_path)
    monkeypatch.setattr(frontend, "WORK", tmp_path / "var" / "frontend")
    monkeypatch.setattr(frontend, "TARGET", tmp_path / "vendor")
    return tmp_path


def listed(project, **values) -> None:
    (project / "frontend.json").write_text(json.dumps({"copy": [], "icons": [], **values}))


def test_files_are_copied_and_icons_joined(project):
    listed(project, copy=[["htmx.org/htmx.min.js", "htmx/htmx.min.js"]], icons=["home", "home"])
    frontend.copy()
    assert (project / "vendor" / "htmx" / "htmx.min.js").read_text() == "htmx"
    assert (project / "vendor" / "icons.svg").read_text() == (
        '<svg xmlns="http://www.w3.org/2000/svg">\n'
        '<symbol id="i-home" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" '
        'stroke-linecap="round" stroke-linejoin="round"><path d="M5 12l-2 0l9 -9l9 9l-2 0" /></symbol>\n</svg>\n'
    )


def test_nothing_is_copied_again_until_the_list_changes(project):
    listed(project, copy=[["htmx.org/htmx.min.js", "htmx.js"]])
    frontend.copy()
    (project / "vendor" / "htmx.js").write_text("touched")
    frontend.copy()
    assert (project / "vendor" / "htmx.js").read_text() == "touched"
    listed(project, copy=[["htmx.org/htmx.min.js", "other.js"]])
    frontend.copy()
    assert sorted(path.name for path in (project / "vendor").iterdir()) == [".stamp", "icons.svg", "other.js"]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"icons": ["hoome"]}, "Tabler has no outline icon named hoome"),
        ({"copy": [["htmx.org/none.js", "htmx.js"]]}, "names htmx.org/none.js, which the packages do not have"),
        ({"copy": [["htmx.org/htmx.min.js", "../../htmx.js"]]}, "lies outside"),
    ],
)
def test_a_wrong_list_is_refused_by_name(project, values, words):
    listed(project, **values)
    with pytest.raises(LauncherError, match=words):
        frontend.copy()
