from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = _("Billing")

    def ready(self) -> None:
        from accounts import audit
        from billing import handlers  # noqa: F401 - connects the receivers
        from billing.purposes import CREDIT, Purpose, register
        from billing.reasons import name_reasons
        from billing.services.sales import deliver_credit

        register(Purpose(CREDIT, _("SMS credit"), deliver_credit))
        name_reasons(
            {
                "top_up": _("Credit added"),
                "online": _("Bought online"),
                "opening": _("Opening credit"),
                "transfer_out": _("Credit given to another account"),
                "transfer_in": _("Credit received from another account"),
                "credit_note": _("Taken back by a credit note"),
                "paid_amount": _("Another amount than the proforma's was paid"),
                "paid_paid": _("Paid once more than was due"),
                "paid_cancelled": _("Paid after the proforma was cancelled"),
                "paid_gone": _("Paid for what was not there any more"),
            }
        )
        audit.name_actions(
            {
                "wallet.topped_up": _("Credit added"),
                "wallet.adjusted": _("Balance adjusted by staff"),
                "wallet.limits_changed": _("Credit limits changed"),
                "proforma.issued": _("Proforma made"),
                "proforma.cancelled": _("Proforma cancelled"),
                "invoice.issued": _("Invoice issued"),
                "slip.submitted": _("Deposit slip sent"),
                "slip.voided": _("Deposit slip withdrawn"),
                "slip.confirmed": _("Deposit slip confirmed"),
                "slip.rejected": _("Deposit slip refused"),
                "payment.verified": _("Online payment received"),
                "payment.refunded": _("Payment given back"),
                "credit_note.issued": _("Credit note issued"),
                "credit.transferred": _("Credit given to another account"),
                "credit.received": _("Credit received from another account"),
                "vat_rate.created": _("VAT rate added"),
                "vat_rate.changed": _("VAT rate changed"),
                "buyer.changed": _("Buyer's details changed"),
            }
        )
