"""How the hot tables are stored: room for updates in place, and early statistics and vacuum (see docs/architecture.md)."""

from django.db import migrations

FORWARDS = """
CREATE SEQUENCE messaging_chunk_ids;
ALTER TABLE messaging_message SET (
    fillfactor = 75,
    autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.1
);
ALTER TABLE messaging_submission SET (autovacuum_analyze_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.1);
ALTER TABLE messaging_receipt SET (autovacuum_analyze_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.1);
ALTER TABLE messaging_chunk SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_analyze_scale_factor = 0.02);
"""

BACKWARDS = """
DROP SEQUENCE messaging_chunk_ids;
ALTER TABLE messaging_message RESET (
    fillfactor, autovacuum_vacuum_scale_factor, autovacuum_analyze_scale_factor, autovacuum_vacuum_insert_scale_factor
);
ALTER TABLE messaging_submission RESET (autovacuum_analyze_scale_factor, autovacuum_vacuum_insert_scale_factor);
ALTER TABLE messaging_receipt RESET (autovacuum_analyze_scale_factor, autovacuum_vacuum_insert_scale_factor);
ALTER TABLE messaging_chunk RESET (fillfactor, autovacuum_vacuum_scale_factor, autovacuum_analyze_scale_factor);
"""


class Migration(migrations.Migration):
    dependencies = [("messaging", "0001_initial")]
    operations = [migrations.RunSQL(FORWARDS, BACKWARDS)]
