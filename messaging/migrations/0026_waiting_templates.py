from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [
        ('accounts', '0010_finding_accounts'),
        ('messaging', '0025_sends_on_contacts_dates'),
        ('numbers', '0006_waiting_requests'),
    ]

    operations = [
        AddIndexConcurrently(
            model_name='template',
            index=models.Index(condition=models.Q(('state', 'pending')), fields=['created_at'], name='template_waiting'),
        ),
    ]
