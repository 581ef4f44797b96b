"""Short answers: a toast for htmx, a message and a redirect for everybody else."""

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

_LEVELS = {"ok": messages.SUCCESS, "run": messages.INFO, "wait": messages.WARNING, "bad": messages.ERROR}


def say(request: HttpRequest, text: str, tone: str, *, then: str) -> HttpResponse:
    """Tell the reader ``text`` in a tone (ok, run, wait, bad); without htmx on the page ``then``."""
    if request.htmx:
        answer = HttpResponse(status=204)
        answer["HX-Trigger"] = json.dumps({"toast": {"text": text, "tone": tone}})
        return answer
    messages.add_message(request, _LEVELS[tone], text)
    return redirect(then)
