import django.db.models.deletion
import modelcluster.fields
from django.conf import settings
from django.db import migrations, models

TABLES = [
    migrations.CreateModel(
        name="PickUpPlace",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            ("name", models.CharField(max_length=80, unique=True, verbose_name="name")),
            ("address", models.CharField(max_length=160, verbose_name="address")),
            (
                "hours",
                models.CharField(
                    help_text="“Tuesday and Thursday, 16 to 19”.",
                    max_length=160,
                    verbose_name="when it is open",
                ),
            ),
            ("active", models.BooleanField(default=True, verbose_name="offered in the form")),
        ],
        options={
            "verbose_name": "pick-up place",
            "verbose_name_plural": "pick-up places",
            "ordering": ["name"],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("name", ""), _negated=True),
                        models.Q(("address", ""), _negated=True),
                        models.Q(("hours", ""), _negated=True),
                    ),
                    name="place_can_be_found",
                )
            ],
        },
    ),
    migrations.CreateModel(
        name="Premium",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "campaign",
                models.ForeignKey(
                    limit_choices_to={"kind": "campaign"},
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="+",
                    to="attribution.source",
                    verbose_name="campaign",
                ),
            ),
            ("name", models.CharField(max_length=60, verbose_name="name")),
            (
                "name_en",
                models.CharField(blank=True, max_length=60, verbose_name="name in English"),
            ),
            (
                "description",
                models.CharField(blank=True, max_length=200, verbose_name="description"),
            ),
            (
                "description_en",
                models.CharField(blank=True, max_length=200, verbose_name="description in English"),
            ),
            (
                "picture",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to="media.image",
                    verbose_name="picture",
                ),
            ),
            ("minimum", models.PositiveIntegerField(verbose_name="from which gift on")),
            (
                "fair_value",
                models.PositiveIntegerField(
                    blank=True,
                    help_text="Only for your accounts: it stands on no receipt and in no mail.",
                    null=True,
                    verbose_name="value of a piece",
                ),
            ),
            ("pieces", models.PositiveIntegerField(verbose_name="pieces")),
            ("taken", models.PositiveIntegerField(default=0, editable=False, verbose_name="taken")),
            (
                "per_donor",
                models.PositiveSmallIntegerField(
                    blank=True,
                    help_text="Empty: no limit.",
                    null=True,
                    verbose_name="at most for one person",
                ),
            ),
            ("by_post", models.BooleanField(default=False, verbose_name="sent by post")),
            ("open_until", models.DateField(blank=True, null=True, verbose_name="offered until")),
            ("active", models.BooleanField(default=True, verbose_name="offered in the form")),
            ("position", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
            (
                "places",
                modelcluster.fields.ParentalManyToManyField(
                    blank=True,
                    related_name="premiums",
                    to="donations.pickupplace",
                    verbose_name="picked up at",
                ),
            ),
        ],
        options={
            "verbose_name": "thank-you gift",
            "verbose_name_plural": "thank-you gifts",
            "ordering": ["position", "name"],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("name", ""), _negated=True), name="premium_has_a_name"
                ),
                models.CheckConstraint(
                    condition=models.Q(("minimum__gte", 200)), name="premium_for_a_gift_that_can_be"
                ),
                models.CheckConstraint(
                    condition=models.Q(("taken__lte", models.F("pieces"))),
                    name="premium_never_more_than_there_is",
                ),
                models.CheckConstraint(
                    condition=models.Q(("per_donor", None), ("per_donor__gt", 0), _connector="OR"),
                    name="premium_for_somebody",
                ),
            ],
        },
    ),
    migrations.CreateModel(
        name="PremiumClaim",
        fields=[
            (
                "id",
                models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                ),
            ),
            (
                "donation",
                models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="claim",
                    to="donations.donation",
                    verbose_name="donation",
                ),
            ),
            (
                "premium",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="claims",
                    to="donations.premium",
                    verbose_name="thank-you gift",
                ),
            ),
            (
                "state",
                models.CharField(
                    choices=[
                        ("reserved", "Waits for the gift"),
                        ("confirmed", "To prepare"),
                        ("packed", "Prepared"),
                        ("delivered", "Delivered"),
                        ("released", "Back in stock"),
                    ],
                    db_index=True,
                    default="reserved",
                    max_length=9,
                    verbose_name="state",
                ),
            ),
            ("minimum", models.PositiveIntegerField(verbose_name="from which gift on")),
            (
                "way",
                models.CharField(
                    choices=[("place", "Picked up"), ("post", "By post")],
                    max_length=5,
                    verbose_name="how it gets there",
                ),
            ),
            (
                "place",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.PROTECT,
                    related_name="claims",
                    to="donations.pickupplace",
                    verbose_name="pick-up place",
                ),
            ),
            (
                "recipient",
                models.CharField(blank=True, max_length=120, verbose_name="name on the parcel"),
            ),
            (
                "street",
                models.CharField(blank=True, max_length=160, verbose_name="street and number"),
            ),
            ("postcode", models.CharField(blank=True, max_length=12, verbose_name="postcode")),
            ("city", models.CharField(blank=True, max_length=80, verbose_name="town")),
            ("province", models.CharField(blank=True, max_length=40, verbose_name="province")),
            ("country", models.CharField(blank=True, max_length=2, verbose_name="country")),
            ("reserved_at", models.DateTimeField(verbose_name="put aside at")),
            (
                "confirmed_at",
                models.DateTimeField(blank=True, null=True, verbose_name="sure since"),
            ),
            ("packed_at", models.DateTimeField(blank=True, null=True, verbose_name="prepared at")),
            (
                "packed_by",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="prepared by",
                ),
            ),
            (
                "delivered_at",
                models.DateTimeField(blank=True, null=True, verbose_name="delivered at"),
            ),
            (
                "delivered_by",
                models.ForeignKey(
                    blank=True,
                    null=True,
                    on_delete=django.db.models.deletion.SET_NULL,
                    related_name="+",
                    to=settings.AUTH_USER_MODEL,
                    verbose_name="delivered by",
                ),
            ),
            (
                "released_at",
                models.DateTimeField(blank=True, null=True, verbose_name="back in stock since"),
            ),
            (
                "released_why",
                models.CharField(
                    blank=True,
                    choices=[
                        ("unpaid", "the gift was not completed"),
                        ("refunded", "the gift went back"),
                        ("too_little", "less came in than it is for"),
                        ("sold_out", "it had run out when the gift came in"),
                        ("donor", "the donor does without it"),
                        ("staff", "somebody put it back"),
                    ],
                    max_length=10,
                    verbose_name="why",
                ),
            ),
            (
                "forgotten_at",
                models.DateTimeField(blank=True, null=True, verbose_name="address forgotten"),
            ),
        ],
        options={
            "verbose_name": "thank-you gift asked for",
            "verbose_name_plural": "thank-you gifts asked for",
            "default_permissions": ("view", "change"),
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("state__in", ["reserved", "confirmed", "packed", "delivered"]),
                            ("released_at", None),
                            ("released_why", ""),
                        ),
                        models.Q(
                            ("released_at__isnull", False),
                            ("state", "released"),
                            (
                                "released_why__in",
                                ["unpaid", "refunded", "too_little", "sold_out", "donor", "staff"],
                            ),
                        ),
                        _connector="OR",
                    ),
                    name="claim_released_for_a_reason",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("state__in", ["confirmed", "packed", "delivered"]), _negated=True
                        ),
                        ("confirmed_at__isnull", False),
                        _connector="OR",
                    ),
                    name="claim_confirmed_has_its_time",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("state__in", ["packed", "delivered"]), _negated=True),
                        ("packed_at__isnull", False),
                        _connector="OR",
                    ),
                    name="claim_packed_has_its_time",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(("delivered_at__isnull", False), ("state", "delivered")),
                        models.Q(
                            models.Q(("state", "delivered"), _negated=True), ("delivered_at", None)
                        ),
                        ("state", "released"),
                        _connector="OR",
                    ),
                    name="claim_delivered_has_its_time",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        models.Q(
                            ("city", ""),
                            ("place__isnull", False),
                            ("recipient", ""),
                            ("street", ""),
                            ("way", "place"),
                        ),
                        models.Q(
                            ("place", None),
                            ("way", "post"),
                            models.Q(
                                models.Q(
                                    models.Q(("recipient", ""), _negated=True),
                                    models.Q(("street", ""), _negated=True),
                                    models.Q(("postcode", ""), _negated=True),
                                    models.Q(("city", ""), _negated=True),
                                ),
                                models.Q(
                                    ("city", ""),
                                    ("forgotten_at__isnull", False),
                                    ("postcode", ""),
                                    ("recipient", ""),
                                    ("street", ""),
                                ),
                                _connector="OR",
                            ),
                        ),
                        _connector="OR",
                    ),
                    name="claim_gets_there",
                ),
                models.CheckConstraint(
                    condition=models.Q(
                        ("forgotten_at", None),
                        ("state__in", ["delivered", "released"]),
                        _connector="OR",
                    ),
                    name="claim_keeps_the_address_it_needs",
                ),
            ],
        },
    ),
]
