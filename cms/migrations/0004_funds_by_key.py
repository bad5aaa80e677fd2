import django.db.models.deletion
import wagtail.fields
from django.db import migrations, models

PAGES = ("actionpage", "campaignpage", "donatepage", "homepage", "standardpage")
GIVING = ("actionpage", "campaignpage")
BANDS = [
    ("text", 3),
    ("picture", 6),
    ("gallery", 8),
    ("quote", 11),
    ("steps", 16),
    ("faq", 21),
    ("documents", 24),
    ("counters", 30),
    ("actions", 34),
    ("news", 35),
    ("pillars", 42),
    ("volunteers", 50),
    ("thermometer", 53),
    ("amounts", 59),
    ("donate", 62),
    ("wall", 66),
]
LOOKUP = {
    0: ("wagtail.blocks.CharBlock", (), {"label": "Heading", "max_length": 80}),
    1: (
        "wagtail.blocks.ChoiceBlock",
        [],
        {
            "choices": [
                ("", "White"),
                ("soft", "Quiet"),
                ("lume", "Light yellow"),
                ("sole", "Yellow"),
                ("notte", "Night"),
            ],
            "label": "Ground",
            "required": False,
        },
    ),
    2: (
        "wagtail.blocks.RichTextBlock",
        (),
        {
            "features": ["h3", "bold", "italic", "link", "document-link", "ul", "ol"],
            "label": "Text",
        },
    ),
    3: ("wagtail.blocks.StructBlock", [[("heading", 0), ("tone", 1), ("text", 2)]], {}),
    4: ("wagtail.images.blocks.ImageChooserBlock", (), {"label": "Picture"}),
    5: ("wagtail.blocks.CharBlock", (), {"label": "Caption", "max_length": 200, "required": False}),
    6: ("wagtail.blocks.StructBlock", [[("image", 4), ("caption", 5)]], {}),
    7: ("wagtail.blocks.ListBlock", (6,), {"label": "Pictures", "max_num": 12, "min_num": 2}),
    8: ("wagtail.blocks.StructBlock", [[("heading", 0), ("tone", 1), ("pictures", 7)]], {}),
    9: ("wagtail.blocks.TextBlock", (), {"label": "Words"}),
    10: (
        "wagtail.blocks.CharBlock",
        (),
        {"label": "Who says so", "max_length": 120, "required": False},
    ),
    11: ("wagtail.blocks.StructBlock", [[("words", 9), ("who", 10)]], {}),
    12: ("wagtail.blocks.CharBlock", (), {"label": "Title", "max_length": 60}),
    13: ("wagtail.blocks.TextBlock", (), {"label": "Text"}),
    14: ("wagtail.blocks.StructBlock", [[("title", 12), ("text", 13)]], {}),
    15: ("wagtail.blocks.ListBlock", (14,), {"label": "Steps", "max_num": 6, "min_num": 2}),
    16: ("wagtail.blocks.StructBlock", [[("heading", 0), ("tone", 1), ("steps", 15)]], {}),
    17: ("wagtail.blocks.CharBlock", (), {"label": "Question", "max_length": 120}),
    18: (
        "wagtail.blocks.RichTextBlock",
        (),
        {"features": ["bold", "italic", "link", "document-link", "ul", "ol"], "label": "Answer"},
    ),
    19: ("wagtail.blocks.StructBlock", [[("question", 17), ("answer", 18)]], {}),
    20: ("wagtail.blocks.ListBlock", (19,), {"label": "Questions", "min_num": 1}),
    21: ("wagtail.blocks.StructBlock", [[("heading", 0), ("tone", 1), ("questions", 20)]], {}),
    22: ("wagtail.documents.blocks.DocumentChooserBlock", (), {}),
    23: ("wagtail.blocks.ListBlock", (22,), {"label": "Documents", "min_num": 1}),
    24: ("wagtail.blocks.StructBlock", [[("heading", 0), ("tone", 1), ("documents", 23)]], {}),
    25: ("wagtail.blocks.IntegerBlock", (), {"label": "Number", "min_value": 0}),
    26: ("wagtail.blocks.CharBlock", (), {"label": "Of what", "max_length": 120}),
    27: ("wagtail.blocks.StructBlock", [[("number", 25), ("what", 26)]], {}),
    28: ("wagtail.blocks.ListBlock", (27,), {"label": "Counters", "max_num": 6, "min_num": 1}),
    29: (
        "wagtail.blocks.BooleanBlock",
        (),
        {
            "help_text": "The figures stand alone; screen readers still say the heading.",
            "label": "Heading only for those who listen",
            "required": False,
        },
    ),
    30: (
        "wagtail.blocks.StructBlock",
        [[("heading", 0), ("tone", 1), ("counters", 28), ("quiet", 29)]],
        {},
    ),
    31: ("wagtail.blocks.PageChooserBlock", (), {"label": "Page", "page_type": ["cms.ActionPage"]}),
    32: ("wagtail.blocks.StructBlock", [[("page", 31), ("image", 4), ("text", 13)]], {}),
    33: ("wagtail.blocks.ListBlock", (32,), {"label": "Actions", "max_num": 3, "min_num": 1}),
    34: ("wagtail.blocks.StructBlock", [[("heading", 0), ("tone", 1), ("actions", 33)]], {}),
    35: ("wagtail.blocks.StructBlock", [[("heading", 0), ("tone", 1)]], {}),
    36: ("wagtail.blocks.CharBlock", (), {"label": "Name", "max_length": 60}),
    37: ("wagtail.blocks.CharBlock", (), {"max_length": 80}),
    38: ("wagtail.blocks.ListBlock", (37,), {"label": "Partners"}),
    39: ("wagtail.blocks.StructBlock", [[("name", 36), ("text", 13), ("partners", 38)]], {}),
    40: ("wagtail.blocks.ListBlock", (39,), {"label": "Pillars", "max_num": 4, "min_num": 1}),
    41: (
        "wagtail.blocks.CharBlock",
        (),
        {"label": "Closing sentence", "max_length": 200, "required": False},
    ),
    42: (
        "wagtail.blocks.StructBlock",
        [[("heading", 0), ("tone", 1), ("pillars", 40), ("closing", 41)]],
        {},
    ),
    43: ("wagtail.blocks.TextBlock", (), {"label": "Introduction"}),
    44: ("wagtail.images.blocks.ImageChooserBlock", (), {"label": "Drawing"}),
    45: ("wagtail.blocks.CharBlock", (), {"label": "Name", "max_length": 40}),
    46: ("wagtail.blocks.StructBlock", [[("image", 44), ("name", 45), ("text", 13)]], {}),
    47: ("wagtail.blocks.ListBlock", (46,), {"label": "Skills", "max_num": 6, "min_num": 1}),
    48: ("wagtail.blocks.EmailBlock", (), {"label": "Who to write to"}),
    49: (
        "wagtail.blocks.CharBlock",
        (),
        {"default": "Mi metto in gioco", "label": "Button", "max_length": 40},
    ),
    50: (
        "wagtail.blocks.StructBlock",
        [
            [
                ("heading", 0),
                ("tone", 1),
                ("lead", 43),
                ("skills", 47),
                ("email", 48),
                ("button", 49),
            ]
        ],
        {},
    ),
    51: ("cms.choosers.CampaignChooserBlock", (), {"label": "Campaign"}),
    52: ("cms.funds.FundBlock", (), {"label": "Fund", "required": False}),
    53: ("wagtail.blocks.StructBlock", [[("campaign", 51), ("lead", 13), ("fund", 52)]], {}),
    54: ("wagtail.blocks.IntegerBlock", (), {"label": "Euros", "max_value": 50000, "min_value": 2}),
    55: ("wagtail.blocks.CharBlock", (), {"label": "What it makes possible", "max_length": 120}),
    56: ("wagtail.blocks.StructBlock", [[("euros", 54), ("meaning", 55)]], {}),
    57: ("wagtail.blocks.ListBlock", (56,), {"label": "Amounts", "max_num": 6, "min_num": 1}),
    58: ("wagtail.blocks.CharBlock", (), {"label": "Note", "max_length": 200, "required": False}),
    59: (
        "wagtail.blocks.StructBlock",
        [[("heading", 0), ("tone", 1), ("amounts", 57), ("fund", 52), ("note", 58)]],
        {},
    ),
    60: (
        "wagtail.blocks.CharBlock",
        (),
        {"default": "Aggiungi il tuo", "label": "Button", "max_length": 40},
    ),
    61: (
        "wagtail.blocks.IntegerBlock",
        (),
        {"label": "Euros", "max_value": 50000, "min_value": 2, "required": False},
    ),
    62: (
        "wagtail.blocks.StructBlock",
        [[("heading", 0), ("tone", 1), ("text", 13), ("button", 60), ("euros", 61), ("fund", 52)]],
        {},
    ),
    63: ("cms.choosers.CampaignChooserBlock", (), {"label": "Campaign", "required": False}),
    64: ("wagtail.blocks.TextBlock", (), {"label": "Text", "required": False}),
    65: (
        "wagtail.blocks.IntegerBlock",
        (),
        {"default": 9, "label": "How many", "max_value": 30, "min_value": 1},
    ),
    66: (
        "wagtail.blocks.StructBlock",
        [[("heading", 0), ("tone", 1), ("campaign", 63), ("text", 64), ("number", 65)]],
        {},
    ),
}


def fund():
    return models.ForeignKey(
        blank=True,
        help_text="The fund its button gives to; without one the donor chooses.",
        null=True,
        on_delete=django.db.models.deletion.SET_NULL,
        related_name="+",
        to="donations.fund",
        verbose_name="fund",
    )


def body():
    return wagtail.fields.StreamField(BANDS, blank=True, block_lookup=LOOKUP, verbose_name="bands")


class Migration(migrations.Migration):
    dependencies = [
        ("cms", "0003_who_may_redirect"),
        ("donations", "0001_squashed_0057_open_evenings"),
    ]

    operations = [
        *[migrations.RenameField(name, "fund", "fund_slug") for name in GIVING],
        *[migrations.AddField(name, "fund", fund()) for name in GIVING],
        *[migrations.AlterField(name, "body", body()) for name in PAGES],
    ]
