from tortoise import migrations
from tortoise.migrations import operations as ops


class Migration(migrations.Migration):
    dependencies = [("club", "0002_longer_names")]

    initial = False

    operations = [
        ops.RemoveField(model_name="Person", name="mentor"),
        ops.RemoveField(model_name="Person", name="nickname"),
    ]
