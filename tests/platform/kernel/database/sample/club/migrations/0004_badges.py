from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("club", "0003_removed_columns")]

    initial = False

    operations = [
        ops.AddField(
            model_name="Person",
            name="badge",
            field=fields.CharField(null=True, db_index=True, max_length=20),
        ),
        ops.AddField(
            model_name="Person",
            name="shift",
            field=fields.CharField(db_index=True, db_default="day", max_length=20),
        ),
    ]
