"""Languages of a Word letter: which text is in which, and what is set from right to left."""

import copy
import unicodedata

from lxml.etree import _Element

from commenttrack.letters.languages import has_right_to_left, right_to_left, runs
from commenttrack.letters.word_marks import inside, marked, unmark
from commenttrack.letters.word_package import NAMES, W, made, properties, put, w

_EASTERN = {"zh": "zh-CN", "zh-hans": "zh-CN", "zh-hant": "zh-TW", "ja": "ja-JP", "ko": "ko-KR"}


def language(lang: str) -> dict[str, str]:
    """The attributes of ``w:lang``: Word keeps East Asian languages and those written from the right apart."""
    first = lang.lower().partition("-")[0]
    if first in ("zh", "ja", "ko"):
        return {"eastAsia": _EASTERN.get(lang.lower(), lang)}
    return {"bidi": lang} if right_to_left(lang) else {"val": lang}


def set_languages(root: _Element, first: str, second: str) -> None:
    """Mark the passages of the second language, and set Hebrew and Arabic from right to left wherever they stand.

    In a letter whose own language is written so, everything around its text and its tables follow.
    """
    turned = right_to_left(first)
    passages = marked(root, r"ct(?:second|other)[\w-]+")
    for element, _ in list(inside(root, passages)):
        if element.tag == f"{{{W}}}r" and second:
            put(properties(element, "rPr"), made("lang", **language(second)))
        elif element.tag == f"{{{W}}}p" and right_to_left(second):
            put(properties(element, "pPr"), made("bidi"))
    for paragraph in root.iter(f"{{{W}}}p"):
        text = "".join(each.text or "" for each in paragraph.iter(f"{{{W}}}t", f"{{{W}}}delText"))
        own = has_right_to_left(text)
        if turned and (own or _style(paragraph) in _AROUND):
            put(properties(paragraph, "pPr"), made("bidi"))
        if not own:
            continue
        if next((side for char in text if (side := _side(char))), "") == "right":
            put(properties(paragraph, "pPr"), made("bidi"))
        for run in list(paragraph.iter(f"{{{W}}}r")):
            _by_side(run)
    for table in root.iter(f"{{{W}}}tbl") if turned else ():
        put(properties(table, "tblPr"), made("bidiVisual"))
        for paragraph in table.iter(f"{{{W}}}p"):
            put(properties(paragraph, "pPr"), made("bidi"))
            place = paragraph.find("w:pPr/w:jc", NAMES)
            if place is not None and w(place, "val") == "right":
                place.set(f"{{{W}}}val", "left")  # which is where a line begins: on the right
    unmark(marked(root, r"ctother[\w-]+"))


_AROUND = frozenset(
    ("Logo", "Letterhead", "Tagline", "LetterheadAddress", "LetterLine", "Addressee", "Subject", "ContentsTitle",
     "Contents1", "Contents2", "Contents3", "ClosingLine", "SignatureHeading", "SignatureLine", "Signer",
     "SigningOrganization", "SigningName", "Reservation", "ExhibitCaption", "RequestLabel")
)  # fmt: skip
"""Styles of what stands around the text, which follows the direction of the letter whatever words it has."""


def _style(paragraph: _Element) -> str:
    style = paragraph.find("w:pPr/w:pStyle", NAMES)
    return "" if style is None else w(style, "val")


def _side(char: str) -> str:
    """“left” or “right” for letters, empty for what goes with the text around it."""
    kind = unicodedata.bidirectional(char)
    return "left" if kind == "L" else "right" if kind in ("R", "AL") else ""


def _by_side(run: _Element) -> None:
    """Part a run where the direction of its letters changes; Word wants to be told it run by run."""
    texts = run.findall("w:t", NAMES) or run.findall("w:delText", NAMES)
    if len(texts) != 1 or not has_right_to_left(texts[0].text or ""):
        return
    pieces: list[tuple[str, str]] = []
    whole = texts[0].text or ""
    left = {place for start, end in runs(whole) for place in range(start, end)}
    for place, char in enumerate(whole):
        side = "left" if place in left else _side(char) or ("right" if place - 1 in left else "")
        side = side or (pieces[-1][0] if pieces else "")
        if pieces and side in (pieces[-1][0], ""):
            pieces[-1] = (pieces[-1][0], pieces[-1][1] + char)
        elif pieces and not pieces[-1][0]:
            pieces[-1] = (side, pieces[-1][1] + char)
        else:
            pieces.append((side, char))
    for side, text in pieces:
        part = copy.deepcopy(run)
        (part.findall("w:t", NAMES) or part.findall("w:delText", NAMES))[0].text = text
        if side == "right":
            put(properties(part, "rPr"), made("rtl"))
        run.addprevious(part)
    parent = run.getparent()
    if parent is not None:
        parent.remove(run)
