"""The provider's own pages."""

from django.urls import path

from staff.views import messages, requests, slips, tariffs, templates

app_name = "staff"
urlpatterns = [
    path("messages/", messages.look_up, name="messages"),
    path("messages/<int:pk>/", messages.story, name="message"),
    path("requests/", requests.request_list, name="requests"),
    path("requests/requests.xlsx", requests.export, name="requests_export"),
    path("requests/papers/<int:pk>/", requests.paper, name="paper"),
    path("requests/<int:pk>/", requests.review, name="request"),
    path("requests/<int:pk>/approve/", requests.accept, name="request_approve"),
    path("requests/<int:pk>/refuse/", requests.refuse, name="request_refuse"),
    path("slips/", slips.slip_list, name="slips"),
    path("slips/slips.xlsx", slips.export, name="slips_export"),
    path("slips/<int:pk>/", slips.review, name="slip"),
    path("slips/<int:pk>/picture/", slips.picture, name="slip_picture"),
    path("slips/<int:pk>/confirm/", slips.accept, name="slip_confirm"),
    path("slips/<int:pk>/refuse/", slips.refuse, name="slip_refuse"),
    path("templates/", templates.template_list, name="templates"),
    path("templates/templates.xlsx", templates.export, name="templates_export"),
    path("templates/<int:pk>/", templates.review, name="template"),
    path("templates/<int:pk>/approve/", templates.accept, name="template_approve"),
    path("templates/<int:pk>/refuse/", templates.refuse, name="template_refuse"),
    path("tariffs/", tariffs.plan_list, name="tariffs"),
    path("tariffs/<int:pk>/", tariffs.plan, name="tariff_plan"),
    path("tariffs/<int:pk>/draft/", tariffs.begin, name="tariff_begin"),
    path("tariffs/revisions/<int:pk>/", tariffs.revision, name="tariff_revision"),
    path("tariffs/revisions/<int:pk>/edit/", tariffs.edit, name="tariff_edit"),
    path("tariffs/revisions/<int:pk>/drop/", tariffs.drop, name="tariff_drop"),
    path("tariffs/revisions/<int:pk>/preview/", tariffs.preview, name="tariff_preview"),
    path("tariffs/revisions/<int:pk>/traffic/", tariffs.traffic, name="tariff_traffic"),
    path("tariffs/revisions/<int:pk>/publish/", tariffs.publish_page, name="tariff_publish"),
    path("tariffs/revisions/<int:pk>/withdraw/", tariffs.withdraw_page, name="tariff_withdraw"),
]
