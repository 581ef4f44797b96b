"""Pages leave compressed; a panel page has some 80 kB of markup and many readers pay by the megabyte."""

from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class PageCompression(GZipMiddleware):
    """Only pages: static files are compressed already, downloads are streams, programs get small answers quickly.

    Django adds bytes of random number to each answer, so that its length does not give secrets away (BREACH).
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.streaming or not response.headers.get("Content-Type", "").startswith("text/html"):
            return response
        return super().process_response(request, response)
