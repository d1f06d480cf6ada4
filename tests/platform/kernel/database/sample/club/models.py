"""Tables of a small club: what the migration tests alter while rows hang on it."""

from tortoise import fields
from tortoise.models import Model


class Team(Model):
    """Teams; a semicolon in a table's comment must not end its statement."""

    id = fields.IntField(primary_key=True)
    code = fields.CharField(max_length=20, unique=True)

    class Meta(Model.Meta):
        table = "club_team"


class Tag(Model):
    id = fields.IntField(primary_key=True)
    name = fields.CharField(max_length=20)

    class Meta(Model.Meta):
        table = "club_tag"


class Person(Model):
    id = fields.IntField(primary_key=True)
    name = fields.CharField(max_length=120)
    email = fields.CharField(max_length=80, db_index=True)
    number = fields.IntField()
    badge = fields.CharField(max_length=20, null=True, db_index=True)
    shift = fields.CharField(max_length=20, db_default="day", db_index=True)
    deleted_at = fields.DatetimeField(null=True)
    team = fields.ForeignKeyField("club.Team", on_delete=fields.CASCADE)
    tags = fields.ManyToManyField("club.Tag", through="club_person_tag")

    class Meta(Model.Meta):
        table = "club_person"
        unique_together = (("team", "number"),)
        indexes = (("name", "number"),)


class Note(Model):
    id = fields.IntField(primary_key=True)
    text = fields.TextField()
    person = fields.ForeignKeyField("club.Person", on_delete=fields.CASCADE)

    class Meta(Model.Meta):
        table = "club_note"


class Desk(Model):
    id = fields.IntField(primary_key=True)
    label = fields.CharField(max_length=60)
    person = fields.OneToOneField("club.Person", on_delete=fields.CASCADE)

    class Meta(Model.Meta):
        table = "club_desk"
