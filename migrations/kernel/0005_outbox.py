from tortoise import migrations
from tortoise.migrations import operations as ops
import functools
from json import dumps, loads
from tortoise import fields
from tortoise.indexes import Index

class Migration(migrations.Migration):
    dependencies = [('kernel', '0004_sessions_captchas_login_log')]

    initial = False

    operations = [
        ops.CreateModel(
            name='EventDelivery',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('event_id', fields.UUIDField(db_index=True)),
                ('event', fields.CharField(max_length=200)),
                ('subject', fields.CharField(max_length=200)),
                ('payload', fields.TextField(unique=False)),
                ('listener', fields.CharField(max_length=100)),
                ('reaction', fields.CharField(max_length=200)),
                ('request_id', fields.CharField(null=True, max_length=64)),
                ('state', fields.CharField(default='pending', max_length=16)),
                ('attempts', fields.SmallIntField(default=0)),
                ('told_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('due_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ('done_at', fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ('error', fields.TextField(null=True, unique=False)),
            ],
            options={'table': 'sys_event_delivery', 'app': 'kernel', 'indexes': [Index(fields=['listener', 'subject', 'state']), Index(fields=['state', 'due_at'])], 'pk_attr': 'id'},
        ),
        ops.CreateModel(
            name='EventReaction',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('reaction', fields.CharField(max_length=200)),
                ('event', fields.CharField(max_length=200)),
                ('seen_at', fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={'table': 'sys_event_reaction', 'app': 'kernel', 'unique_together': (('event', 'reaction'),), 'pk_attr': 'id'},
        ),
        ops.CreateModel(
            name='EventRetelling',
            fields=[
                ('id', fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ('teller', fields.CharField(max_length=100)),
                ('listener', fields.CharField(max_length=100)),
                ('reactions', fields.JSONField(encoder=functools.partial(dumps, separators=(',', ':')), decoder=loads)),
                ('step', fields.IntField(default=0)),
                ('after', fields.BigIntField(default=0)),
            ],
            options={'table': 'sys_event_retelling', 'app': 'kernel', 'unique_together': (('teller', 'listener'),), 'pk_attr': 'id'},
        ),
    ]
