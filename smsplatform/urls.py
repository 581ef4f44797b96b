"""Every address of the platform."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from accounts.views import set_language
from billing.views.mockbank import mockbank
from smsplatform.search import search
from smsplatform.styleguide import style_guide
from smsplatform.views import set_theme

handler404 = "webservice.views.not_found"
urlpatterns = [
    path("accounts/", include("accounts.urls")),
    path("admin/", admin.site.urls),
    path("auto-replies/", include("autoreply.urls")),
    path("billing/", include("billing.urls")),
    path("credit/", include("credit.urls")),
    path("mockbank/<str:reference>/", mockbank, name="mockbank"),
    path("numbers/", include("numbers.urls")),
    path("phonebook/", include("phonebook.urls")),
    path("language/", set_language, name="set_language"),
    path("search/", search, name="search"),
    path("theme/", set_theme, name="set_theme"),
    path("staff/", include("staff.urls")),
    path("", include("webservice.urls")),
    path("", include("webservice.dialects.urls")),
    path("", include("support.urls")),
    path("", include("messaging.urls")),
    path("", include("reports.urls")),
]
if settings.DEBUG:
    urlpatterns.append(path("styleguide/", style_guide, name="style_guide"))
