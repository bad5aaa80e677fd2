"""What a card says and looks like, frozen: the same spec always gives the same bytes."""

import hashlib
import json
import re
from dataclasses import asdict, dataclass, field
from typing import Literal

Kind = Literal["photo", "statement", "thermometer"]
Shape = Literal["share", "square", "portrait", "story"]
Format = Literal["jpeg", "png"]

SHAPES: dict[str, tuple[int, int]] = {
    "share": (1200, 630),
    "square": (1080, 1080),
    "portrait": (1080, 1350),
    "story": (1080, 1920),
}
KINDS = ("photo", "statement", "thermometer")
MIME = {"jpeg": "image/jpeg", "png": "image/png"}

# Raise it whenever the same spec would give other pixels: cards drawn before stay as they are,
# the next request for one draws it anew.
VERSION = "1"

_COLOUR = re.compile(r"#[0-9a-f]{6}")


@dataclass(frozen=True)
class Photo:
    """A photograph: its bytes, or the path of a local file with the digest of its content.

    `focal` is the centre of interest as fractions of the upright picture, (0, 0) its top left.
    """

    data: bytes = field(default=b"", repr=False)
    path: str = ""
    digest: str = ""
    focal: tuple[float, float] = (0.5, 0.5)

    def __post_init__(self) -> None:
        if not self.data and not (self.path and self.digest):
            raise ValueError("A photo needs its bytes, or a path with the digest of its content.")
        if not self.digest:
            object.__setattr__(self, "digest", hashlib.sha256(self.data).hexdigest())
        if not all(0 <= share <= 1 for share in self.focal):
            raise ValueError("The focal point is given in fractions from 0 to 1.")


@dataclass(frozen=True)
class CardSpec:
    """A card. What the words mean depends on the kind:

    - photo: `headline` is the title over `photo`;
    - statement: `lines` are the addends (at most three), `headline` the total below the sum
      line; without lines the headline is written large;
    - thermometer: the figure is `raised_cents`, `lines` the sentence below it, `headline` the
      next step, `address` where to give (not on the share shape).

    `brand` is written beside the three pluses where there is room. Amounts are euro cents.
    Raises ValueError for what no person could have typed.
    """

    kind: Kind
    shape: Shape = "share"
    headline: str = ""
    hashtag: str = ""
    lines: tuple[str, ...] = ()
    raised_cents: int = 0
    goal_cents: int = 0
    photo: Photo | None = None
    address: str = ""
    brand: str = ""
    language: str = "it"
    format: Format = "jpeg"
    ground: str = "#ffd21f"
    ink: str = "#17150f"
    light: str = "#ffffff"
    dim: str = "#4a4536"

    def __post_init__(self) -> None:
        if self.kind not in KINDS or self.shape not in SHAPES or self.format not in MIME:
            raise ValueError(f"No such card: {self.kind}, {self.shape}, {self.format}.")
        if self.kind == "photo" and self.photo is None:
            raise ValueError("A photo card needs a photo.")
        if self.kind == "thermometer" and self.goal_cents <= 0:
            raise ValueError("A thermometer needs a goal.")
        if self.kind == "statement" and len(self.lines) > 3:
            raise ValueError("A sum has at most three addends.")
        for colour in (self.ground, self.ink, self.light, self.dim):
            if not _COLOUR.fullmatch(colour):
                raise ValueError(f"A colour is six hexadecimal digits in lower case, not {colour}.")

    @property
    def size(self) -> tuple[int, int]:
        return SHAPES[self.shape]

    @property
    def mime(self) -> str:
        return MIME[self.format]

    @property
    def extension(self) -> str:
        return "jpg" if self.format == "jpeg" else "png"

    def digest(self) -> str:
        """SHA-256 (64 hex digits) of the spec and the renderer's version."""
        content = asdict(self)
        if self.photo is not None:
            content["photo"] = [self.photo.digest, *self.photo.focal]
        text = json.dumps([VERSION, content], sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()
