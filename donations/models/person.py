"""Somebody as she wrote herself down, or somebody else did: for a gift, in a file."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

NOBODY = "–"  # stands where the name of somebody stood whose data were erased


def name_of(organisation: str, first: str, last: str) -> str:
    """How we call whoever gave."""
    if last == NOBODY:
        return gettext("Erased person")
    return organisation or f"{first} {last}".strip() or gettext("Without a name")


class Written(models.Model):
    """Of an organisation the name is the contact's, if any."""

    organisation = models.CharField(_("organisation"), max_length=120, blank=True)
    first_name = models.CharField(_("first name"), max_length=80, blank=True)
    last_name = models.CharField(_("last name"), max_length=80, blank=True)
    codice_fiscale = models.CharField(_("codice fiscale"), max_length=16, blank=True)
    street = models.CharField(_("street and number"), max_length=160, blank=True)
    postcode = models.CharField(_("postcode"), max_length=12, blank=True)
    city = models.CharField(_("town"), max_length=80, blank=True)
    province = models.CharField(_("province"), max_length=40, blank=True)
    country = models.CharField(_("country"), max_length=2, default="IT", blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)

    class Meta:
        abstract = True

    @property
    def donor_name(self) -> str:
        return name_of(self.organisation, self.first_name, self.last_name)
