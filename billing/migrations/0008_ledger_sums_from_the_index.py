"""The index by time carries what is summed: a month of a busy ledger is a million entries, which the page of the credit
reads from the index alone."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("billing", "0007_credit_notes_never_change")]

    operations = [
        AddIndexConcurrently(
            model_name="ledgerentry",
            index=models.Index(fields=["wallet", "created_at"], include=["kind", "amount"], name="ledger_wallet_sums"),
        ),
        RemoveIndexConcurrently(model_name="ledgerentry", name="ledger_wallet_time"),
    ]
