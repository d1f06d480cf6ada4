from tortoise import migrations
from tortoise.migrations import operations as ops
from tortoise.fields.base import OnDelete
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('kernel', '0005_outbox')]

    initial = True

    operations = [
        ops.CreateModel(
            name='Notice',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('created_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('created_by', fields.CharField(null=True, max_length=160)),
                ('updated_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('updated_by', fields.CharField(null=True, max_length=160)),
                ('user', fields.ForeignKeyField('kernel.User', source_field='user_id', db_constraint=True, to_field='id', related_name='notices', on_delete=OnDelete.CASCADE)),
                ('event_id', fields.UUIDField()),
                ('kind', fields.CharField(max_length=16)),
                ('title', fields.CharField(max_length=255)),
                ('content', fields.CharField(max_length=500)),
                ('read_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'notices_notice', 'app': 'notices', 'unique_together': (('user_id', 'event_id', 'kind'),), 'indexes': [Index(fields=['user_id', 'read_at']), Index(fields=['created_at'])], 'pk_attr': 'id'},
        ),
    ]
