from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('hr', '0002_department_manager'), ('kernel', '0001_initial')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Employee',
            name='avatar',
            field=fields.CharField(null=True, max_length=200),
        ),
    ]
