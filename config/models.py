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


class DemonstrationRun(models.Model):
    """One row as soon as the demonstration has begun; it goes on at every start until `done_at`.

    It stays when the demonstration is taken out, which does not come back by itself.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="demonstration_runs_once")
        ]
