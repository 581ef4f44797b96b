"""The cursor of lists: the id of the last row shown, wrapped so that nobody counts on what it is (W9)."""

import base64
import binascii

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from rest_framework.request import Request

from webservice.problems import Code, FieldCode, FieldError, Problem
from webservice.v1.serializers import LARGEST_ID

SLOWEST_SECONDS = 20


def wants_count(request: Request) -> bool:
    """Whether “Prefer: count” asks how many there are in all."""
    return "count" in request.headers.get("Prefer", "").replace(" ", "").split(",")


def preference(request: Request) -> dict[str, str] | None:
    """The header that says that the preference was heeded."""
    return {"Preference-Applied": "count"} if wants_count(request) else None


def page_of(rows: QuerySet, query: dict, *, counted: bool) -> tuple[list, dict]:
    """A page of rows, the newest first, and the members ``next`` and, where asked for, ``count``.

    Raises Problem for a cursor that is none of ours, OperationalError for a search of more than 20 seconds.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{SLOWEST_SECONDS}s"])
        count = {"count": rows.count()} if counted else {}
        if "cursor" in query:
            rows = rows.filter(id__lt=read_cursor(query["cursor"]))
        found = list(rows.order_by("-id")[: query["limit"] + 1])
    shown = found[: query["limit"]]
    return shown, {"next": cursor_after(shown[-1].pk) if len(found) > len(shown) else None, **count}


def cursor_after(row_id: int) -> str:
    return base64.urlsafe_b64encode(str(row_id).encode()).decode().rstrip("=")


def read_cursor(written: str) -> int:
    """The id in a cursor. Raises Problem."""
    try:
        row_id = int(base64.b64decode(written + "=" * (-len(written) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error):
        row_id = 0
    if not 0 < row_id <= LARGEST_ID:
        field = FieldError("cursor", FieldCode.INVALID, _("Give “next” of the page before, as it was."))
        raise Problem(Code.VALIDATION_FAILED, errors=[field])
    return row_id
