from django.contrib.postgres.operations import AddIndexConcurrently
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ('accounts', '0010_finding_accounts'),
        ('billing', '0009_finding_buyers_and_slips'),
        ('numbers', '0005_quiet_hours'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='linerequest',
            index=models.Index(condition=models.Q(('state', 'submitted')), fields=['created_at'], name='line_request_waiting'),
        ),
    ]
