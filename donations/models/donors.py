"""What the treasurer knows of donors: tags, notes, and the words their gifts are found by."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import StartsWith
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

LAST = "\U0010ffff"  # sorts behind whatever a word may go on with


@models.CharField.register_lookup
class Prefix(StartsWith):
    """`startswith` that an index answers on SQLite too, where LIKE, blind to case, uses none."""

    lookup_name = "prefix"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        return StartsWith(self.lhs, self.rhs).as_sql(compiler, connection)

    def as_sqlite(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        both = f"({column} >= %s AND {column} < %s)"
        return both, [*params, self.rhs, *params, self.rhs + LAST]


class GiftWord(models.Model):
    """One word a gift is found by (see `donations.words`), written with the gift itself."""

    donation = models.ForeignKey("donations.Donation", on_delete=models.CASCADE, related_name="+")
    word = models.CharField(max_length=80)

    class Meta:
        constraints = [
            # the order of bytes: then one index serves the beginnings of words, in any language
            models.UniqueConstraint(
                fields=["word", "donation"],
                name="gift_word_once",
                opclasses=["varchar_pattern_ops", "int8_ops"],
            )
        ]

    def __str__(self) -> str:
        return self.word


class DonorTag(models.Model):
    """`key` is the name without case and accents: “Soci” and “soci” are one tag."""

    name = models.CharField(_("name"), max_length=40)
    key = models.CharField(max_length=80, unique=True)
    donors = models.ManyToManyField(
        "donations.Donor", related_name="tags", verbose_name=_("donors")
    )

    class Meta:
        verbose_name = pgettext_lazy("donors", "tag")
        verbose_name_plural = pgettext_lazy("donors", "tags")
        ordering = ["key"]
        constraints = [models.CheckConstraint(condition=~Q(key=""), name="tag_has_a_name")]

    def __str__(self) -> str:
        return self.name


class DonorMerge(models.Model):
    """Somebody found that two donors are one person. `moved`: the addresses that came along, so
    that parting them again gives back exactly what there was, whatever was given meanwhile."""

    kept = models.ForeignKey("donations.Donor", on_delete=models.CASCADE, related_name="merges")
    absorbed = models.ForeignKey("donations.Donor", on_delete=models.CASCADE, related_name="+")
    moved = models.ManyToManyField("donations.Donor", related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=~Q(kept=F("absorbed")), name="merge_of_two"),
            models.UniqueConstraint(
                fields=["absorbed"], condition=Q(undone_at=None), name="merge_once_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class DonorNote(models.Model):
    """What somebody of the treasury wrote about a donor. It is never changed; its author may take
    it back."""

    donor = models.ForeignKey(
        "donations.Donor", on_delete=models.CASCADE, related_name="notes", verbose_name=_("donor")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("written by"),
    )
    text = models.TextField(_("note"), max_length=2000)
    created_at = models.DateTimeField(_("written"), auto_now_add=True)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["-created_at", "-pk"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="note_has_words")]

    def __str__(self) -> str:
        return str(self.pk)
