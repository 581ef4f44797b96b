from django.db import migrations

import common.crypto


class Migration(migrations.Migration):
    dependencies = [
        ('messaging', '0008_bulk_targeting'),
    ]

    operations = [
        migrations.AddField(
            model_name='campaign',
            name='wire_text',
            field=common.crypto.EncryptedTextField(editable=False, null=True),
        ),
    ]
