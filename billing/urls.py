from django.urls import path

from billing.views import invoices, ledger, purchases

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
    path("proformas/<int:pk>/", invoices.proforma, name="proforma"),
    path("proformas/<int:pk>/cancel/", invoices.cancel, name="cancel"),
    path("proformas/<int:proforma_id>/pay/", purchases.pay, name="pay"),
    path("buyer/", invoices.buyer, name="buyer"),
]
