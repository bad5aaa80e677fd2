from django.db import models


class Heartbeat(models.Model):
    """One row: when the tick last ran."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="heartbeat_is_one_row")
        ]


class Demonstration(models.Model):
    """Present while the demonstration logins are in the database."""

    username = models.CharField(max_length=150, unique=True)
    loaded_at = models.DateTimeField(auto_now_add=True)
