"""Names for people: whether a text shows all that it holds (ASP-ORG-010).

Which characters stand in no name is read from spec/vectors/names/characters.json, the table of one version of
Unicode. Composition and marks are those of the Unicode of this Python: of a letter that is younger it knows none.
"""

from __future__ import annotations

import json
import unicodedata
from bisect import bisect_right
from functools import cache
from pathlib import Path

TABLE = Path(__file__).resolve().parents[3] / "spec" / "vectors" / "names" / "characters.json"
BYTES_MAX = 200
MARKS_MAX = 4


@cache
def _refused() -> tuple[list[int], list[int]]:
    """The first and the last code points of the ranges that stand in no name."""
    ranges = [text.split("-") for text in json.loads(TABLE.read_text("utf-8"))["refused"]]
    return [int(first, 16) for first, _ in ranges], [int(last, 16) for _, last in ranges]


def is_shown(character: str) -> bool:
    """Whether a character can stand in a display name."""
    firsts, lasts = _refused()
    place = bisect_right(firsts, ord(character)) - 1
    return place < 0 or ord(character) > lasts[place]


def is_display_name(text: str) -> bool:
    """Whether a text is a display name."""
    if not 1 <= len(text.encode("utf-8")) <= BYTES_MAX or not all(map(is_shown, text)):
        return False
    if text.strip(" ") != text or "  " in text:
        return False
    if not unicodedata.is_normalized("NFC", text) or unicodedata.category(text[0])[0] == "M":
        return False
    # A letter that this Python does not know has no category here; it may well be one.
    return any(unicodedata.category(it)[0] in "LN" or _is_unknown(it) for it in text) and not _heaps_marks(text)


def _is_unknown(character: str) -> bool:
    return unicodedata.category(character) == "Cn"


def _heaps_marks(text: str) -> bool:
    """UTS #39 section 5.4: a nonspacing mark twice together, or more than four in a row."""
    row, before = 0, ""
    for character in unicodedata.normalize("NFD", text):
        row = row + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        if row > MARKS_MAX or (row > 1 and character == before):
            return True
        before = character
    return False
