from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("webservice", "0007_activation")]

    operations = [
        migrations.AlterModelOptions(
            name="apirequest",
            options={
                "permissions": [("see_numbers", "Can see whole numbers in the story of a message")],
                "verbose_name": "request",
                "verbose_name_plural": "requests",
            },
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                condition=models.Q(("subject__isnull", False)), fields=["subject"], name="event_subject"
            ),
        ),
    ]
