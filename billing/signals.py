"""What billing announces to the apps above. Sent inside the transaction that causes it, so a receiver writes rows, or
enqueues after commit, and does nothing slow; what it raises undoes the whole."""

from django.dispatch import Signal

# invoice: billing.models.Invoice, just issued: its money is there and what was bought is delivered. Once for each.
invoice_paid = Signal()

# account_id: int, balance: int (rials after the entry), threshold: int (the wallet's low_balance_warning). An entry
# took the balance from the threshold or above to below it. Once for each crossing, not for each entry below.
credit_low = Signal()
