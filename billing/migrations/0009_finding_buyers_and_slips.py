from django.contrib.postgres.operations import AddIndexConcurrently
import accounts.models
import django.contrib.postgres.indexes
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ('accounts', '0010_finding_accounts'),
        ('billing', '0008_ledger_sums_from_the_index'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='billingprofile',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(accounts.models.SearchKey('legal_name'), name='gin_trgm_ops'), name='buyer_legal_name'),
        ),
        AddIndexConcurrently(
            model_name='billingprofile',
            index=models.Index(condition=models.Q(('national_id', ''), _negated=True), fields=['national_id'], name='buyer_national_id'),
        ),
        AddIndexConcurrently(
            model_name='slip',
            index=models.Index(condition=models.Q(('state', 'submitted')), fields=['created_at'], name='slip_waiting'),
        ),
    ]
