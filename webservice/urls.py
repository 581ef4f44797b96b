"""The web service, its health, and its pages in the panel."""

from django.urls import include, path

from webservice import health, views
from webservice.explaining import views as explaining
from webservice.metrics import views as metrics
from webservice.requests import views as requests
from webservice.webhooks import views as webhooks

app_name = "webservice"

urlpatterns = [
    path("api/v1/", include("webservice.v1.urls")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("sent/<int:pk>/story/", explaining.own, name="explain"),
    path("metrics", metrics.metrics, name="metrics"),
    path("web-service/keys/", views.keys, name="keys"),
    path("web-service/activation/", views.activation, name="activation"),
    path("web-service/keys/new/", views.create, name="key_create"),
    path("web-service/keys/<int:key_id>/revoke/", views.revoke, name="key_revoke"),
    path("web-service/requests/", requests.requests, name="requests"),
    path("web-service/requests/export/", requests.export, name="requests_export"),
    path("web-service/webhooks/", webhooks.endpoints, name="webhooks"),
    path("web-service/webhooks/new/", webhooks.create, name="webhook_create"),
    path("web-service/webhooks/<int:pk>/", webhooks.detail, name="webhook"),
    path("web-service/webhooks/<int:pk>/edit/", webhooks.edit, name="webhook_edit"),
    path("web-service/webhooks/<int:pk>/rotate/", webhooks.rotate, name="webhook_rotate"),
    path("web-service/webhooks/<int:pk>/pause/", webhooks.pause, name="webhook_pause"),
    path("web-service/webhooks/<int:pk>/resume/", webhooks.resume, name="webhook_resume"),
    path("web-service/webhooks/<int:pk>/test/", webhooks.test, name="webhook_test"),
    path("web-service/webhooks/<int:pk>/replay/", webhooks.replay, name="webhook_replay"),
    path("web-service/webhooks/<int:pk>/delete/", webhooks.delete, name="webhook_delete"),
]
