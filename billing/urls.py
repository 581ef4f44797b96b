from django.urls import path

from billing.views import invoices, ledger, purchases, slips, transfers

app_name = "billing"
urlpatterns = [
    path("", ledger.ledger, name="ledger"),
    path("download/", ledger.download, name="download"),
    path("warning/", ledger.warning, name="warning"),
    path("purchases/", purchases.purchases, name="purchases"),
    path("purchases/purchases.xlsx", purchases.purchases_file, name="purchases_file"),
    path("transfers/", transfers.transfers, name="transfers"),
    path("transfers/transfers.xlsx", transfers.transfers_file, name="transfers_file"),
    path("transfers/new/", transfers.new_transfer, name="new_transfer"),
    path("payments/<str:token>/", purchases.outcome, name="outcome"),
    path("payments/<str:token>/back/", purchases.back, name="back"),
    path("invoices/", invoices.invoices, name="invoices"),
    path("invoices/invoices.xlsx", invoices.invoices_file, name="invoices_file"),
    path("credit-notes/<int:pk>/", invoices.credit_note, name="credit_note"),
    path("credit-notes/<int:pk>/pdf/", invoices.credit_note_pdf, name="credit_note_pdf"),
    path("invoices/<int:pk>/", invoices.invoice, name="invoice"),
    path("invoices/<int:pk>/pdf/", invoices.invoice_pdf, name="invoice_pdf"),
    path("proformas/<int:pk>/pdf/", invoices.proforma_pdf, name="proforma_pdf"),
    path("proformas/<int:pk>/", invoices.proforma, name="proforma"),
    path("proformas/<int:pk>/cancel/", invoices.cancel, name="cancel"),
    path("proformas/<int:proforma_id>/pay/", purchases.pay, name="pay"),
    path("proformas/<int:pk>/slip/", slips.new_slip, name="new_slip"),
    path("slips/", slips.slips, name="slips"),
    path("slips/slips.xlsx", slips.slips_file, name="slips_file"),
    path("slips/<int:pk>/void/", slips.void, name="void_slip"),
    path("slips/<int:pk>/picture/", slips.picture, name="slip_picture"),
    path("buyer/", invoices.buyer, name="buyer"),
]
