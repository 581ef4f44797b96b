"""The composition root.

Our app ``numbers`` shares its name with a module of the standard library which decimal, statistics and numpy import.
The folder has no ``__init__.py``, so the standard module always wins; here it is given our folder as its package path,
after which ``numbers.models`` is ours and ``numbers.Number`` is Python's. tests/test_architecture.py proves both.
"""

import importlib.machinery
from pathlib import Path

import numbers

_folder = str(Path(__file__).resolve().parent.parent / "numbers")
numbers.__path__ = [_folder]
if numbers.__spec__ is None:  # pragma: no cover - frozen interpreters only
    numbers.__spec__ = importlib.machinery.ModuleSpec("numbers", None, is_package=True)
numbers.__spec__.submodule_search_locations = [_folder]

from smsplatform.celery import app as celery_app  # noqa: E402

__all__ = ["celery_app"]
