from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0022_room_for_updates")]

    operations = [
        migrations.AddField(
            model_name="bind",
            name="armed",
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name="ready to leave (parts)"),
        ),
        migrations.AddField(
            model_name="bind",
            name="unwritten",
            field=models.PositiveIntegerField(
                db_default=0, default=0, verbose_name="answers and receipts to write down"
            ),
        ),
    ]
