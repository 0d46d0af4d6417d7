"""What a block of text is by its wording: caption, heading, part, section, instruction, signature, filing line.

Used where the form itself does not say. All patterns look at the start of a block; they know how the Federal Register
words and sets these things, not where in the document they stand.
"""

from __future__ import annotations

import re

from commenttrack.rulemaking.preamble_outline import split_number

LONGEST_HEADING = 320

_CAPTIONS = (
    ("AGY", re.compile(r"AGENC(?:Y|IES)\s*:", re.IGNORECASE)),
    ("ACT", re.compile(r"ACTIONS?\s*:", re.IGNORECASE)),
    ("SUM", re.compile(r"SUMMARY\s*:", re.IGNORECASE)),
    (
        "DATES",
        re.compile(r"(?:DATES|(?:(?:EFFECTIVE|COMMENTS?|COMPLIANCE|HEARING|APPLICABILITY) )*(?:DUE )?DATES?)\s*:"),
    ),
    ("DATES", re.compile(r"DATES:", re.IGNORECASE)),
    ("ADD", re.compile(r"(?:ADDRESSES\s*:|ADDRESS(?:ES)?\s*:)")),
    ("ADD", re.compile(r"ADDRESSES:", re.IGNORECASE)),
    ("FURINF", re.compile(r"(?:FOR )?FURTHER INFORMATION(?:,? CONTACT)?\s*:", re.IGNORECASE)),
    ("SUPLINF", re.compile(r"SUPPLEMENTA(?:RY|L) INFORMATION\s*(?::|$)", re.IGNORECASE)),
)
CFR_LINE = re.compile(r"[0-9]{1,2}\s+CFR\s+(?:(?:sub)?(?:parts?|chapters?)\s+)?[0-9IVXLC]", re.IGNORECASE)
RIN_LINE = re.compile(r"\[?(?:RINs?\b|[0-9]{4}-[A-Z]{2}[0-9]{2}\b)")
_DOCKET_LINE = re.compile(
    r"\[.*\]\Z|(?:Docket|File|Release|Notice|Project|Order|Public Notice|TD|T\.D|REG|FRL|EPA)\b[^.]{0,160}[0-9]",
    re.DOTALL,
)
LIST_OF_SUBJECTS = re.compile(r"Lists? of Subjects\b", re.IGNORECASE)
ISSUANCE = re.compile(
    r"(?:(?:Accordingly|Therefore|Thus),|For (?:the|all the|these)\b[^.]{0,80}\breasons?\b"
    r"|In consideration of the foregoing|Under the authority|(?:Pursuant to|By) the authority"
    r"|The Proposed Amendments?\b|Adoption of (?:the )?Amendment|Proposed Rule(?:s|making)?\Z|Regulatory Text\Z"
    r"|Words of Issuance)",
    re.IGNORECASE,
)
AMENDS = re.compile(r"\b(?:amend(?:s|ed|ing)?|revis(?:e|es|ed|ing)|add(?:s|ed|ing)?)\b", re.IGNORECASE)
PART = re.compile(r"(?:PARTS?|Part(?=\s+[0-9A-Za-z]+\s*[\[—]))\s+[0-9][0-9A-Za-z–-]*\s*(?:[—–:-]|\s|\[|$)")
# “PART 520 [Removed and Reserved]” is in capitals all the same.
_BRACKETED = re.compile(r"\[[^\]]*\]")
SUBPART = re.compile(r"(?:SUBPART|Subpart)s?\s+[A-Z0-9]{1,5}\b\s*(?:[—–:\[-]|$|through|and)")
APPENDIX = re.compile(r"(?:APPENDIX|Appendix|SUPPLEMENT|Supplement)\b(?:\s+(?:No\.\s*)?[A-Z0-9-]{1,6})?\s+(?:to|TO)\s+")
GROUP = re.compile(r"(?:SUB)?(?:CHAPTER|TITLE)\s+[A-Z0-9]{1,6}\b\s*[—–:-]")
SECTION = re.compile(
    r"(?P<number>(?:§{1,2}|Sec\.)\s*[0-9]+[A-Za-z]*[.–-][0-9]+[0-9A-Za-z.()–-]*"
    r"(?:\s*(?:,|and|through|to)\s+(?:§\s*)?[0-9]+[A-Za-z]*[.–-][0-9][0-9A-Za-z.–-]*)*)\s*(?P<subject>.*)\Z",
    re.DOTALL,
)
CONTENTS_ENTRY = re.compile(
    r"(?P<number>(?:§\s*)?[0-9]+[A-Za-z]*\.[0-9]+[0-9A-Za-z–-]*)\.?\s+(?P<subject>[A-Z\[“].*)\Z", re.DOTALL
)
CONTENTS_HEAD = re.compile(r"Sec\.\Z|§\Z")
STARS = re.compile(r"(?:\*\s*){5,}\Z")
AUTHORITY = re.compile(r"(?P<heading>(?:Authority|AUTHORITY|Source|SOURCE)\s*:)\s*")
SIGNED = re.compile(
    r"(?:Dated|Issued|Signed|Done|Approved|Adopted|Given|Dated at|Executed)\b.{0,140}\b(?:19|20)[0-9]{2}\.?\Z"
    r"|(?:Dated|Approved|Signed):\s|By (?:order|direction) of\b.{0,80}\Z|By the (?:Commission|Board|Bureau)\b.{0,60}\Z",
    re.DOTALL,
)
FILING = re.compile(r"\[?\s*FR\s+Doc", re.IGNORECASE)
BILLING = re.compile(r"\[?\s*BILLING\s+CODE", re.IGNORECASE)
_AMENDMENT = re.compile(r"(?:[0-9]{1,3}|[a-z]{1,3}|[A-Z])\.\s+(?=\S)")
_AMENDMENT_WORDS = re.compile(
    r"\b(?:amend(?:s|ed|ing)?|revis(?:e|es|ed|ing)|remov(?:e|es|ed|ing)|add(?:s|ed|ing)?|redesignat(?:e|es|ed|ing)|"
    r"reserv(?:e|es|ed|ing)|authority citation|correct(?:s|ed|ing)?|withdraw(?:s|n)?|republish(?:ed|ing)?|"
    r"read as follows|delet(?:e|es|ed|ing)|suspend(?:s|ed)?)\b",
    re.IGNORECASE,
)
# “2. In § 21.0:”, with the verbs in the instructions under it.
_AMENDMENT_STARTS = re.compile(
    r"(?:In|Amend|Section|Sec\.|§|Part|Subpart|Appendix|The authority citation|Paragraph)\s*"
    r"(?:§|paragraph|part|section|\b)"
)
_UNNUMBERED_AMENDMENT = re.compile(
    r"(?:Section|§|Part|Subpart|Appendix|Paragraph)\s*[0-9A-Z].{0,60}\b(?:is|are)\b.{0,40}"
    r"\b(?:amended|revised|removed|added|redesignated|reserved|corrected)\b",
    re.DOTALL,
)
_SMALL = frozenset(
    re.findall("[a-z]+", "a an and as at but by for from in into is nor of on or over per than that the their to under")
)
_ENDS_SENTENCE = re.compile(r"[.;:,!?…—–-][”’\"')\]]*\Z")
_LIST_SIGN = re.compile(r"[•●▪◦‣·■□\uf0b7*+–—-]\s")

SIGNS = re.compile(
    r"\b(?:AGENCY|ACTION|SUMMARY|DATES|ADDRESSES|SUPPLEMENTARY INFORMATION)\s*:|\bFederal Register\b|\bFR\s+Doc\b"
    r"|\b[0-9]{1,2}\s+CFR\b|§\s*[0-9]|\bSec\.\s+[0-9]+\.[0-9]|\bproposed rule|\brulemaking\b|\bPART\s+[0-9]+\s*[—–-]"
    r"|\bRIN\s+[0-9]{4}-|\bCode of Federal Regulations\b",
    re.IGNORECASE,
)


def caption(text: str) -> tuple[str, int]:
    """The element of PREAMB that a block opens and where its text starts; ("", 0) when it opens none."""
    for tag, pattern in _CAPTIONS:
        found = pattern.match(text)
        if found:
            return tag, found.end()
    return "", 0


def is_part_heading(text: str) -> bool:
    """Whether a text that starts with a part's number is set as its heading: in capitals, a bracketed word aside."""
    return text.startswith("Part") or in_capitals(_BRACKETED.sub("", text))


def is_docket_line(text: str) -> bool:
    """Whether a line of the head names a docket, a file or a release."""
    return bool(_DOCKET_LINE.match(text))


def in_capitals(text: str) -> bool:
    """Whether a text is set in capitals, as departments are in the head of a document."""
    letters = [character for character in text if character.isalpha()]
    return len(letters) >= 4 and sum(letter.isupper() for letter in letters) >= 0.9 * len(letters)


def is_instruction(text: str, *, after_instruction: bool) -> bool:
    """Whether a block of regulatory text is an amendatory instruction."""
    if _UNNUMBERED_AMENDMENT.match(text):
        return True
    found = _AMENDMENT.match(text)
    if not found:
        return False
    first = text[found.end() :]
    if not text[0].isdigit() and not after_instruction:
        return False
    # The verb stands early: “2. Section 21.0 is amended by…”, “a. Revising…”, “i. In paragraph (a), removing…”.
    return bool(_AMENDMENT_WORDS.search(first[:400]) or (text.endswith((":", "—")) and _AMENDMENT_STARTS.match(first)))


def is_title_like(text: str) -> bool:
    """Whether a text is worded as a heading: short, no sentence, its weighty words with capitals."""
    _, words_only = split_number(text)
    words = [word.strip("“”\"'‘’()[],:;") for word in words_only.split()]
    words = [word for word in words if word and word[0].isalpha()]
    if not words or len(text) > LONGEST_HEADING or len(words) > 48 or _LIST_SIGN.match(text):
        return False
    if not words_only[:1].isupper() and words_only[:1] not in "“\"‘'(§":
        return False
    if _ENDS_SENTENCE.search(text) and not text.endswith("?") and not in_capitals(text):
        return False
    weighty = [word for word in words if word.lower() not in _SMALL]
    capital = sum(not word[0].islower() for word in weighty)
    return capital >= 0.7 * len(weighty)


def is_numbered_heading(text: str) -> bool:
    """Whether a text starts with an enumerator of headings (“IV.”, “A.”, “1.”) and is short enough for a heading."""
    number, rest = split_number(text)
    if not number or number.startswith("(") or len(text) > LONGEST_HEADING:
        return False
    # “2016. The rule …” and “U.S. …” are no enumerators of a heading.
    return rest[:1].isupper() or rest[:1] in "“\"‘'§"


def is_outline_heading(text: str) -> bool:
    """Whether a text starts as the upper headings of an outline do (“IV.”, “A.”) and ends as no sentence does."""
    number, _ = split_number(text)
    upper = number[:-1].isalpha() and number[:-1].isupper()
    return upper and is_numbered_heading(text) and not re.search(r"[.;:,][”’\"')\]]*\Z", text)
