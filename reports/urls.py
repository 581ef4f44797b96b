from django.urls import path

from reports.views import desk, exports, reports

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
]
