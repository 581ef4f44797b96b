"""The web service, its health, and its pages in the panel."""

from django.urls import include, path

from webservice import health, views

app_name = "webservice"

urlpatterns = [
    path("api/v1/", include("webservice.v1.urls")),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("web-service/keys/", views.keys, name="keys"),
    path("web-service/keys/new/", views.create, name="key_create"),
    path("web-service/keys/<int:key_id>/revoke/", views.revoke, name="key_revoke"),
]
