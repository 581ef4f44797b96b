"""The pictures that the documents show, and the command that takes them."""

import re

import pytest

from launcher import screenshots
from launcher.environment import LauncherError
from launcher.variables import ROOT


def test_every_picture_of_the_documents_is_there_and_can_be_taken_anew():
    documents = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    shown = {name for path in documents for name in re.findall(r"pictures/([\w-]+)\.webp", path.read_text("utf-8"))}
    assert "desk" in shown
    assert shown <= set(screenshots.PICTURES)
    taken = {path.stem: screenshots.size(path) for path in screenshots.FOLDER.glob("*.webp")}
    assert set(taken) == set(screenshots.PICTURES)
    assert max(taken.values()) <= screenshots.MOST_BYTES


def test_a_picture_that_does_not_exist_is_refused_before_anything_starts():
    with pytest.raises(LauncherError, match="There is no picture dusk; there are login, desk"):
        screenshots.main(["dusk"])
