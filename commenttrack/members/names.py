"""The order of names wherever organizations are listed: that of a signature block."""

import re
import unicodedata

_NUMBER = re.compile(r"(\d+)")
_LEGAL_FORMS = frozenset(
    ("llc", "llp", "lp", "inc", "incorporated", "corp", "corporation", "co", "company", "ltd", "limited", "plc", "pllc",
     "pbc", "gmbh", "ag", "sa", "nv", "bv")
)  # fmt: skip
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "&": " and "}
)


def name_key(name: str, *, keep_article: bool = False) -> tuple[tuple[int, int, str], ...]:
    """Sort key of a name, word by word.

    Case, accents, punctuation, a leading "The" (unless ``keep_article``) and a legal form at the end ("LLC", "Inc.") do
    not count, "&" is "and", and numbers sort by value before letters. Names that are alike in all this sort as written.
    """
    decomposed = unicodedata.normalize("NFKD", name.casefold().translate(_PLAIN))
    bare = "".join(c for c in decomposed if not unicodedata.combining(c))
    words = re.sub(r"[^\w\s]|_", "", re.sub(r"[-–—/]", " ", bare)).split()
    if not keep_article and len(words) > 1 and words[0] == "the":
        words = words[1:]
    while len(words) > 1 and words[-1] in _LEGAL_FORMS:
        words = words[:-1]
    pieces = [piece for word in words for piece in (*_NUMBER.split(word), " ") if piece]
    key = tuple((0, int(piece), "") if piece.isdecimal() else (1, 0, piece) for piece in pieces)
    return (*key, (-1, 0, name))
