"""What pages are built of: each block is a small class with one template."""

from wagtail import blocks

from cms.blocks import giving, story, territory

# whole bands of a page, from edge to edge
BANDS: list[tuple[str, blocks.Block]] = [
    ("text", story.TextBand()),
    ("picture", story.Picture()),
    ("gallery", story.Gallery()),
    ("quote", story.Quote()),
    ("steps", story.Steps()),
    ("faq", story.Questions()),
    ("documents", story.Documents()),
    ("counters", territory.Counters()),
    ("actions", territory.Actions()),
    ("news", territory.News()),
    ("pillars", territory.Pillars()),
    ("volunteers", territory.Volunteers()),
    ("thermometer", giving.Thermometer()),
    ("amounts", giving.Amounts()),
    ("gift_form", giving.GiftForm()),
    ("donate", giving.DonateCall()),
    ("donor_wall", giving.DonorWall()),
    ("wall", giving.Wall()),
]

# what stands in the column of an article
COLUMN: list[tuple[str, blocks.Block]] = [
    ("paragraphs", story.Paragraphs()),
    ("quote", story.ColumnQuote()),
    ("pair", story.Pair()),
    ("note", story.Note()),
]
