"""Columns of octets are stored as they are: they hardly compress, and unpacking them would cost more than reading."""

from django.db import migrations

FORWARD = """
ALTER TABLE numberbank_bitmap ALTER COLUMN bits SET STORAGE EXTERNAL;
ALTER TABLE numberbank_segment ALTER COLUMN numbers SET STORAGE EXTERNAL, ALTER COLUMN present SET STORAGE EXTERNAL;
ALTER TABLE numberbank_subscriber SET (fillfactor = 90);
"""
BACKWARD = """
ALTER TABLE numberbank_bitmap ALTER COLUMN bits SET STORAGE EXTENDED;
ALTER TABLE numberbank_segment ALTER COLUMN numbers SET STORAGE EXTENDED, ALTER COLUMN present SET STORAGE EXTENDED;
ALTER TABLE numberbank_subscriber RESET (fillfactor);
"""


class Migration(migrations.Migration):
    dependencies = [("numberbank", "0001_bank")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
