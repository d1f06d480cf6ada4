from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields

class Migration(migrations.Migration):
    dependencies = [('hr', '0001_initial'), ('kernel', '0001_initial')]

    initial = False

    operations = [
        ops.AddField(
            model_name='Department',
            name='manager',
            field=fields.ForeignKeyField('hr.Employee', source_field='manager_id', null=True, db_constraint=True, to_field='id', related_name='manages', on_delete=OnDelete.SET_NULL),
        ),
    ]
