"""Languages of a Word letter: which text is in which, and what is set from right to left."""

import copy
import re
import unicodedata

from lxml.etree import _Element

from commenttrack.letters.word_marks import inside, marked, unmark
from commenttrack.letters.word_package import NAMES, W, made, properties, put

_EASTERN = {"zh": "zh-CN", "zh-hans": "zh-CN", "zh-hant": "zh-TW", "ja": "ja-JP", "ko": "ko-KR"}
_RIGHT_TO_LEFT = frozenset({"ar", "he", "fa", "ur", "yi"})


def language(lang: str) -> dict[str, str]:
    """The attributes of ``w:lang``: Word keeps East Asian languages and those written from the right apart."""
    first = lang.lower().partition("-")[0]
    if first in ("zh", "ja", "ko"):
        return {"eastAsia": _EASTERN.get(lang.lower(), lang)}
    return {"bidi": lang} if first in _RIGHT_TO_LEFT else {"val": lang}


def set_languages(root: _Element, second: str) -> None:
    """Mark the passages of the second language, and set Hebrew and Arabic from right to left wherever they stand."""
    passages = marked(root, r"ct(?:second|other)[\w-]+")
    for element, _ in list(inside(root, passages)):
        if element.tag == f"{{{W}}}r" and second:
            put(properties(element, "rPr"), made("lang", **language(second)))
        elif element.tag == f"{{{W}}}p" and second.lower().partition("-")[0] in _RIGHT_TO_LEFT:
            put(properties(element, "pPr"), made("bidi"))
    for paragraph in root.iter(f"{{{W}}}p"):
        text = "".join(each.text or "" for each in paragraph.iter(f"{{{W}}}t", f"{{{W}}}delText"))
        if not _HAS_RIGHT_TO_LEFT.search(text):
            continue
        if next((side for char in text if (side := _side(char))), "") == "right":
            put(properties(paragraph, "pPr"), made("bidi"))
        for run in list(paragraph.iter(f"{{{W}}}r")):
            _by_side(run)
    unmark(marked(root, r"ctother[\w-]+"))


_HAS_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]")


def _side(char: str) -> str:
    """“left” or “right” for letters, empty for what goes with the text around it."""
    kind = unicodedata.bidirectional(char)
    return "left" if kind == "L" else "right" if kind in ("R", "AL") else ""


def _by_side(run: _Element) -> None:
    """Part a run where the direction of its letters changes; Word wants to be told it run by run."""
    texts = run.findall("w:t", NAMES) or run.findall("w:delText", NAMES)
    if len(texts) != 1 or not _HAS_RIGHT_TO_LEFT.search(texts[0].text or ""):
        return
    pieces: list[tuple[str, str]] = []
    for char in texts[0].text or "":
        side = _side(char) or (pieces[-1][0] if pieces else "")
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
