"""An app whose table points into another app."""

from tortoise import fields
from tortoise.models import Model


class Visit(Model):
    id = fields.IntField(primary_key=True)
    host = fields.ForeignKeyField("club.Person", on_delete=fields.CASCADE)

    class Meta(Model.Meta):
        table = "club_visit"
