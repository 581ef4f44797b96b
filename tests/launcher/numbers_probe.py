"""Imported by each kind of process that loads the project: proves that ``numbers`` is Python's module and our app."""

from pathlib import Path

from smsplatform import celery_app as app
from smsplatform.wsgi import application as project

ROOT = Path(__file__).resolve().parent.parent.parent
PROVED = "numbers is both"

__all__ = ["app", "application", "project", "prove"]


def prove() -> str:
    import decimal

    import numbers
    import numbers.models as ours

    assert isinstance(decimal.Decimal(1), numbers.Number)
    assert not Path(numbers.__file__).is_relative_to(ROOT)
    assert Path(ours.__file__).is_relative_to(ROOT / "numbers")
    return PROVED


def application(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [prove().encode()]


print(prove())
