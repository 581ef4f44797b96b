"""The body of a request: one JSON object, read strictly."""

import json
import re

from django.conf import settings
from rest_framework.parsers import BaseParser

from webservice.problems import Code, Problem

_MAY_HOLD_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class StrictJSONParser(BaseParser):
    """UTF-8 JSON of a known length with an object at the top; no NaN, no member twice. Raises Problem."""

    media_type = "application/json"

    def parse(self, stream, media_type=None, parser_context=None) -> dict:
        if int(parser_context["request"].META["CONTENT_LENGTH"]) > settings.API_BODY_MAX_BYTES:
            raise Problem(Code.BODY_TOO_LARGE)
        return parsed(stream.read())


def parsed(body: bytes) -> dict:
    """The object that ``body`` writes. Raises Problem."""
    try:
        data = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant, object_pairs_hook=_object)
        if _MAY_HOLD_SURROGATE.search(body):
            json.dumps(data, ensure_ascii=False).encode("utf-8")  # half a character can be neither stored nor sent
    except (ValueError, RecursionError) as error:
        raise Problem(Code.MALFORMED_JSON) from error
    if not isinstance(data, dict):
        raise Problem(Code.MALFORMED_JSON)
    return data


def _refuse_constant(name: str):
    raise ValueError(name)


def _object(pairs: list[tuple[str, object]]) -> dict:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member is written twice")
    return members
