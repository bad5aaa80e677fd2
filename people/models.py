from django.contrib.auth.models import AbstractUser


class User(AbstractUser):
    """A person of the staff. Donors and followers are not users."""
