from django.urls import path

from numbers.views import lines, quiet, requests

app_name = "numbers"
urlpatterns = [
    path("", lines.lines, name="lines"),
    path("lines.xlsx", lines.lines_file, name="lines_file"),
    path("quiet-hours/", quiet.quiet, name="quiet"),
    path("inquiry/", requests.inquiry, name="inquiry"),
    path("requests/", requests.requests, name="requests"),
    path("requests/requests.xlsx", requests.requests_file, name="requests_file"),
    path("requests/number/", requests.new_number, name="new_number"),
    path("requests/service/", requests.new_service, name="new_service"),
    path("requests/<int:pk>/", requests.detail, name="request"),
    path("requests/<int:pk>/cancel/", requests.cancel, name="cancel_request"),
    path("papers/<int:pk>/", requests.paper, name="paper"),
]
