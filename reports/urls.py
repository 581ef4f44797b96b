from django.urls import path

from reports.views import desk, exports, reports, tariffs

app_name = "reports"

urlpatterns = [
    path("", desk.desk, name="desk"),
    path("announcements/<int:pk>/dismiss/", desk.dismiss_announcement, name="dismiss"),
    path("reports/", reports.report, name="reports"),
    path("reports/received/", reports.report, {"tab": "received"}, name="received"),
    path("reports/bulk/", reports.report, {"tab": "bulk"}, name="bulk"),
    path("reports/<str:tab>/report.<str:form>", reports.download, name="download"),
    path("reports/exports/", exports.export_list, name="exports"),
    path("reports/exports/new/", exports.export_new, name="export_new"),
    path("reports/exports/<int:pk>/file/", exports.export_file, name="export_file"),
    path("reports/exports/<int:pk>/delete/", exports.export_delete, name="export_delete"),
    path("staff/tariffs/", tariffs.plan_list, name="tariffs"),
    path("staff/tariffs/<int:pk>/", tariffs.plan, name="tariff_plan"),
    path("staff/tariffs/<int:pk>/draft/", tariffs.begin, name="tariff_begin"),
    path("staff/tariffs/revisions/<int:pk>/", tariffs.revision, name="tariff_revision"),
    path("staff/tariffs/revisions/<int:pk>/edit/", tariffs.edit, name="tariff_edit"),
    path("staff/tariffs/revisions/<int:pk>/drop/", tariffs.drop, name="tariff_drop"),
    path("staff/tariffs/revisions/<int:pk>/preview/", tariffs.preview, name="tariff_preview"),
    path("staff/tariffs/revisions/<int:pk>/traffic/", tariffs.traffic, name="tariff_traffic"),
    path("staff/tariffs/revisions/<int:pk>/publish/", tariffs.publish_page, name="tariff_publish"),
    path("staff/tariffs/revisions/<int:pk>/withdraw/", tariffs.withdraw_page, name="tariff_withdraw"),
]
