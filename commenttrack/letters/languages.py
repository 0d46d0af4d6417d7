"""What a language is called and which way it is written, and lines in which both ways meet. Pure."""

import re
from collections.abc import Iterator

_RIGHT_TO_LEFT = frozenset(
    ("ar", "arc", "ckb", "dv", "fa", "he", "khw", "ks", "nqo", "pnb", "ps", "sd", "syr", "ug", "ur", "yi")
)
_SCRIPTS = frozenset(("adlm", "arab", "hebr", "nkoo", "rohg", "syrc", "thaa"))


def right_to_left(lang: str) -> bool:
    """Whether a language, named as in ``ar``, ``he-IL`` or ``az-Arab``, is written from right to left."""
    subtags = lang.lower().replace("_", "-").split("-")
    scripts = [tag for tag in subtags[1:] if len(tag) == 4 and tag.isalpha()]
    return scripts[0] in _SCRIPTS if scripts else subtags[0] in _RIGHT_TO_LEFT


def direction(lang: str) -> str:
    """``rtl`` or ``ltr``, as HTML has it."""
    return "rtl" if right_to_left(lang) else "ltr"


_NAMES = {
    "am": "Amharic",
    "ar": "Arabic",
    "bn": "Bengali",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fa": "Persian",
    "fr": "French",
    "he": "Hebrew",
    "hi": "Hindi",
    "ht": "Haitian Creole",
    "it": "Italian",
    "ja": "Japanese",
    "km": "Khmer",
    "ko": "Korean",
    "nl": "Dutch",
    "nv": "Navajo",
    "pl": "Polish",
    "pt": "Portuguese",
    "ru": "Russian",
    "so": "Somali",
    "sw": "Swahili",
    "th": "Thai",
    "tl": "Tagalog",
    "uk": "Ukrainian",
    "ur": "Urdu",
    "vi": "Vietnamese",
    "zh": "Chinese",
    "zh-hans": "Chinese (simplified)",
    "zh-hant": "Chinese (traditional)",
}


def language_name(lang: str) -> str:
    """What people call the language of a tag such as ``es`` or ``zh-Hans``; the tag itself where nothing is known."""
    tags = lang.lower().replace("_", "-").split("-")
    return _NAMES.get("-".join(tags[:2])) or _NAMES.get(tags[0]) or lang


_LETTER = r"\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff"
"""Letters of Hebrew, Arabic and their like."""
_RIGHT_TO_LEFT_LETTER = re.compile(f"[{_LETTER}]")
# A run that reads from left to right: "§ 7.2(a)", "15 CFR 730.1", "office@example.org". It ends with a letter, a figure
# or the bracket that closes one of its own; a figure alone needs no help.
_RUN = re.compile(
    rf"(?:§§?\s?(?=\d)|(?=[^\W\d_{_LETTER}])|(?=\d[^{_LETTER}]*[A-Za-z(]))"
    rf"(?:[^\s{_LETTER}()]|\([^\s{_LETTER}()]*\))+(?:\s+(?:[^\s{_LETTER}()]|\([^\s{_LETTER}()]*\))+)*"
)
_MARK = "\u200e"


def has_right_to_left(text: str) -> bool:
    """Whether a text holds a letter of a script that is written from right to left."""
    return _RIGHT_TO_LEFT_LETTER.search(text) is not None


def runs(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of each run of a text that reads from left to right, the signs at its ends with it."""
    for match in _RUN.finditer(text):
        yield match.start(), match.start() + len(match.group().rstrip(_ENDS))


_ENDS = ".,;:!?\u060c\u061b\u061f \u00a0"


def marked(text: str) -> str:
    """A text for a line from right to left, its runs from left to right kept in order by invisible marks.

    Without them the signs at their ends change sides: "§ 7.2(a)" would print as "(a)7.2 §".
    """
    for start, end in reversed(list(runs(text))):
        text = f"{text[:start]}{_MARK}{text[start:end]}{_MARK}{text[end:]}"
    return text
