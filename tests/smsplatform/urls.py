"""The platform's addresses and the style guide, which is mounted only where DEBUG is on."""

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.urls import path

from smsplatform import urls
from smsplatform.styleguide import style_guide


def forbidden(request):
    raise PermissionDenied


def suspicious(request):
    raise SuspiciousOperation


def broken(request):
    raise RuntimeError


urlpatterns = [
    *urls.urlpatterns,
    path("styleguide/", style_guide, name="style_guide"),
    path("forbidden/", forbidden),
    path("suspicious/", suspicious),
    path("broken/", broken),
]
