"""What credit does when billing says that something was paid."""

from django.dispatch import receiver

from billing.models import Invoice
from billing.purposes import CREDIT
from billing.signals import invoice_paid
from credit.purchasing import reach_step


@receiver(invoice_paid, dispatch_uid="credit-reach-step")
def credit_bought(sender, invoice: Invoice, **kwargs) -> None:
    if invoice.proforma.purpose == CREDIT:
        reach_step(invoice)
