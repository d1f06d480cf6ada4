from tortoise import fields, migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("club", "0001_initial")]

    initial = False

    operations = [
        ops.AlterField(
            model_name="Desk",
            name="label",
            field=fields.CharField(max_length=60),
        ),
        ops.AlterField(
            model_name="Person",
            name="name",
            field=fields.CharField(max_length=120),
        ),
    ]
