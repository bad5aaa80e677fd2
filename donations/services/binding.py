"""Stored papers bound into one file for a printer.

The stored files stay as they are: what is bound are copies, without the tags of PDF/UA, which paper
has no use for. Whoever reads on a screen opens each by itself.
"""

from collections.abc import Iterable
from io import BytesIO
from typing import BinaryIO

from pypdf import PdfReader, PdfWriter
from pypdf.generic import NameObject, TextStringObject


def bind(papers: Iterable[bytes], *, into: BinaryIO, title: str, both_sides: bool) -> int:
    """Returns how many pages. `both_sides`: each paper begins on a sheet of its own, also on a printer
    that fills the backs."""
    book = PdfWriter()
    for paper in papers:
        for page in PdfReader(BytesIO(paper)).pages:
            book.add_page(page)
        if both_sides and len(book.pages) % 2:
            book.add_blank_page()  # as large as the one before
    book.add_metadata({"/Title": title})
    book.root_object.update({NameObject("/Lang"): TextStringObject("it-IT")})
    book.compress_identical_objects()  # each paper brings the same fonts
    book.write(into)
    return len(book.pages)
