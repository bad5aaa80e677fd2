from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):  # type: ignore[django-manager-missing]
    """A person of the staff. Donors and followers are not users."""


class Tries(models.Model):
    """How often somebody tried something in one window of time; see `people.limits`."""

    key = models.CharField(max_length=80, primary_key=True)
    until = models.DateTimeField(db_index=True)
    times = models.PositiveIntegerField()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.key
