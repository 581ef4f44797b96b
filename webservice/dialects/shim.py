"""What the dialects' clients do to HTTP itself, mended before Django looks: absolute-form targets, chunked bodies."""

import re
from collections.abc import Callable, Iterable
from tempfile import SpooledTemporaryFile

from django.conf import settings

Application = Callable[[dict, Callable], Iterable[bytes]]
PREFIXES = ("/v1/", "/webservice/", "/api/sendsms/")

_ABSOLUTE = re.compile(r"https?://[^/?#]*", re.IGNORECASE)
_IN_MEMORY = 64 * 1024
_PIECE = 64 * 1024


def absorb(application: Application) -> Application:
    """``application``, given paths without scheme and host (npm kavenegar writes ``POST http://host/v1/…``), and the
    dialects' chunked bodies with their length (Java writes such): Django takes one without a length for empty."""

    def absorbing(environ: dict, start_response: Callable) -> Iterable[bytes]:
        environ["PATH_INFO"] = path_of(environ.get("PATH_INFO", ""))
        if not is_chunked(environ) or not environ["PATH_INFO"].lower().startswith(PREFIXES):
            return application(environ, start_response)
        with SpooledTemporaryFile(_IN_MEMORY) as body:
            give_length(environ, body)
            return application(environ, start_response)

    return absorbing


def path_of(target: str) -> str:
    """The path of a request target in origin or absolute form."""
    absolute = _ABSOLUTE.match(target)
    return target[absolute.end() :] or "/" if absolute else target


def is_chunked(environ: dict) -> bool:
    """Whether the body has no length but an end that the server knows (``wsgi.input_terminated``)."""
    chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
    return chunked and not environ.get("CONTENT_LENGTH") and bool(environ.get("wsgi.input_terminated"))


def give_length(environ: dict, body) -> None:
    """Read the body into ``body``, but no more than Django may refuse as too large."""
    most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1
    source, size = environ["wsgi.input"], 0
    while size < most and (piece := source.read(min(_PIECE, most - size))):
        body.write(piece)
        size += len(piece)
    body.seek(0)
    environ["wsgi.input"] = body
    environ["CONTENT_LENGTH"] = str(size)
    del environ["HTTP_TRANSFER_ENCODING"]
