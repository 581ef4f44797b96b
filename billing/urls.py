from django.urls import path

from billing.views import invoices, ledger, purchases, slips

app_name = "billing"
urlpatterns = [
    path("", ledger.ledger, name="ledger"),
    path("download/", ledger.download, name="download"),
    path("warning/", ledger.warning, name="warning"),
    path("purchases/", purchases.purchases, name="purchases"),
    path("payments/<str:token>/", purchases.outcome, name="outcome"),
    path("payments/<str:token>/back/", purchases.back, name="back"),
    path("invoices/", invoices.invoices, name="invoices"),
    path("invoices/<int:pk>/", invoices.invoice, name="invoice"),
    path("invoices/<int:pk>/pdf/", invoices.invoice_pdf, name="invoice_pdf"),
    path("proformas/<int:pk>/pdf/", invoices.proforma_pdf, name="proforma_pdf"),
    path("proformas/<int:pk>/", invoices.proforma, name="proforma"),
    path("proformas/<int:pk>/cancel/", invoices.cancel, name="cancel"),
    path("proformas/<int:proforma_id>/pay/", purchases.pay, name="pay"),
    path("proformas/<int:pk>/slip/", slips.new_slip, name="new_slip"),
    path("slips/", slips.slips, name="slips"),
    path("slips/<int:pk>/void/", slips.void, name="void_slip"),
    path("slips/<int:pk>/picture/", slips.picture, name="slip_picture"),
    path("buyer/", invoices.buyer, name="buyer"),
]
