"""The words of amendatory instructions: the tokens of an instruction paragraph, and the turns of phrase it is known by.

All is in lower case, as instructions are read. :mod:`amendatory` makes sense of the tokens.
"""

from __future__ import annotations

import re

# Lower case is faster than to have every expression look for both cases.
MARKERS = r"(?:\([a-z0-9]{1,5}\))+"
LIST = rf"{MARKERS}(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s+or\s+|\s+through\s+|\s*[-–]\s*){MARKERS})*"
# Bounded, since a quotation mark without its closing one would have the rest of the text read again for each.
QUOTED = r"[“\"‘][^”\"’]{1,2000}[”\"’](?:\s*,?\s*(?:and\s+)?[“\"‘][^”\"’]{1,2000}[”\"’])*"
IN_ITS_PLACE = r"\s*,?\s+in\s+(?:its|their)\s+places?,?"
# Temporary sections have a letter after the full stop: “§ 165.T05-0102”.
SECTION = r"[0-9]+[a-z]?[.-]t?[0-9][0-9a-z.-]*?"
SECTIONS = rf"{SECTION}(?:{MARKERS})?(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s+through\s+)(?:§\s*)?{SECTION})*"
# Each alternative starts with a letter or a set of letters, by which most are left out at once; the empty group at its
# end tells its kind. A word that starts no token is taken as a whole, so that tokens are looked for at its start only.
TOKEN = re.compile(
    rf"""
    (?:(?<!\w)|(?=[“"‘§,]))(?:
    newly[\s-]+(?:re)?designated(?P<noise>)
    |so\s+redesignated(?P<noise_2>)
    |as\s+added(?P<noise_3>)
    |to\s+read\s+as\s+follows(?P<noise_4>)
    |in\s+(?:alphabetical|numerical)\s+order(?P<noise_5>)
    |c(?:onsisting\s+of|ontaining|ompris(?:ing|ed\s+of))\s+(?:§+\s*|sections?\s+){SECTIONS}(?P<noise_6>)
    |under\s+the\s+(?:\w+\s+)?(?:sub)?headings?\s+{QUOTED}(?P<noise_7>)
    |undesignated\s+(?:center(?:ed)?\s+)?(?:sub)?headings?(?P<noise_8>)
    |[er](?:(?<=e)ntr(?:y|ies)|(?<=r)ows?(?=\s+(?:(?:for|of|titled|entitled|numbered|under)\s+)?[“"]))\b
        (?:\s+in\s+(?:the\s+)?(?:\w+\s+)?\w+\s+order)?
        (?:\s+(?:(?:for|of|titled|entitled|numbered|under)\s+)?(?:the\s+terms?\s+)?
        (?:{QUOTED}|(?:sub)?parts?\s+\w+|(?:§+\s*|(?:section|rule|chapter|regulation)s?\s+){SECTIONS}
        (?=[\s,;:.—–(]|$)))?(?P<entry>)
    |a(?:irworthiness\s+directives?\s+(?:\(ads?\)\s+)?|ds?\s+)(?P<directive_number>[0-9]{{2,4}}-[0-9]{{2}}-[0-9]{{2}}
        (?:\s?r[0-9])?)\b(?P<directive>)
    |continues?\s+to\s+read(?P<keep>)
    |and\s+(?:by\s+)?(?:(?:add|insert)(?:ing)?|replacing\s+(?:it|them)\s+with){IN_ITS_PLACE}(?P<place_of>)
    |by\s+(?:(?:add|insert)(?:ing)?|replacing\s+(?:it|them)\s+with){IN_ITS_PLACE}(?P<place_of_2>)
    |add(?:ing)?{IN_ITS_PLACE}(?P<place_of_3>)
    |insert(?:ing)?{IN_ITS_PLACE}(?P<place_of_4>)
    |replacing\s+(?:it|them)\s+with{IN_ITS_PLACE}(?P<place_of_5>)
    |and\s+(?:by\s+)?(?:add|insert)(?:ing)?\s+
        (?=(?:(?:the\s+)?(?:\w+\s+)?{QUOTED}|a\s+\w+)\s*,?\s+in\s+(?:its|their)\s+place)(?P<place_of_6>)
    |and\s+(?:adding|inserting)\s+in\s+lieu\s+thereof(?P<place_of_7>)
    |with(?:\s+the\s+(?:words?|phrases?|terms?|references?)|(?=\s+[“"‘]))(?P<place_of_8>)
    |to\s+read(?=\s+[“"‘])(?P<place_of_9>)
    |remov\w+\s+and\s+reserv(?:e|ed|es|ing)\b(?P<reserve>)
    |reserv(?:e|ed|es|ing)\b(?P<reserve_2>)
    |add\w*\s+and\s+reserv\w+(?P<reserve_3>)
    |redesignat(?:e|ed|es|ing)\b(?P<redesignate>)
    |re(?:vis(?:e|ed|es|ing)|publish(?:ed|es|ing)?)\b(?P<revise>)
    |correct(?:e|ed|es|ing)\b(?P<revise_2>)
    |add(?:ed|s|ing)?\b(?P<add>)
    |insert(?:ed|s|ing)?\b(?P<add_2>)
    |remov(?:e|ed|es|ing)\b(?P<remove>)
    |delet(?:e|ed|es|ing)\b(?P<remove_2>)
    |withdraw(?:n|ing)?\b(?P<remove_3>)
    |replac(?:e|es|ing)\s+(?=(?:the\s+)?(?:\w+\s+)?[“"‘])(?P<remove_4>)
    |notes?\s+(?:[0-9]+\s+)?(?:to|following|after)(?=\s+(?:newly\s+\w+\s+)?paragraph)(?P<note>)
    |amend(?:ed|ing|s)?\b(?P<amend>)
    |[ia](?:(?<=i)s|(?<=a)re)\b(?=[^.;]{{0,40}}?(?:revised|added|removed|redesignated|reserved|deleted|amended)\b)(?P<passive>)
    |parts?\s+(?P<part_number>[0-9]+[a-z]?)\b(?P<part>)
    |subparts?\s+(?P<subpart_letter>[a-z]{{1,3}}(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+(?:subpart\s+)?)[a-z]{{1,2}}(?=[\s,;:.]))*)\b
        (?:\s+(?:of|to)\s+part\s+(?P<subpart_part>[0-9]+[a-z]?)\b)?(?P<subpart>)
    |[as](?:(?<=a)ppendix|(?<=s)upplement)\s+(?P<appendix_letter>[a-z0-9-]{{1,4}})\b
        (?:\s+(?:to|of)\s+(?:subpart\s+[a-z]{{1,3}}\s+(?:of|to)\s+)?part\s+(?P<appendix_part>[0-9]+[a-z]?)\b)?(?P<appendix>)
    |[§s](?:(?<=§)§?\s*|(?<=s)ections?\s+)(?P<section_numbers>{SECTION}(?P<section_path>{MARKERS})?
        (?:(?:\s*,\s*(?:and\s+)?|\s+and\s+|\s+through\s+)(?:§\s*)?{SECTION}(?![0-9a-z(-]|\.[0-9]))*)(?=[\s,;:—–(]|\.(?![0-9])|$)(?P<section>)
    |cfr\s+(?P<cited_section>{SECTION})(?P<cited_path>{MARKERS})?(?=[\s,;:—–(]|\.(?![0-9])|$)(?P<cited>)
    |headings?(?P<shared>\s*,?\s+and\s+(?:the\s+)?(?:\w+\s+sentence|introductory\s+text))?
        (?=\s+(?:of|for|to)\s+(?:newly\s+\w+\s+)?paragraphs?\s+\()(?P<paragraph_heading>)
    |[ti](?:(?<=t)he\s+i|(?<=i))ntroductory\s+text(?=\s+(?:of|for|to|in)\s+(?:newly\s+\w+\s+)?paragraphs?\s+\()(?P<paragraph_introduction>)
    |[ps](?:(?<=p)|(?<=s)ubp)aragraphs?\s+(?P<paths>{LIST})(?P<introductory>\s+introductory\s+text)?(?P<paragraph>)
    |[,a](?:(?<=,)|(?<=a)nd)\s+(?:and\s+)?
        (?:(?P<more_paths>{LIST})(?P<more_introductory>\s+introductory\s+text)?(?P<more>)
        |(?P<next_section>{SECTION})(?P<next_path>{MARKERS})?(?=[\s,;:—–(]|\.(?![0-9])|$)(?P<next>))
    |[ti](?:(?<=t)he\s+i|(?<=i))ntroductory\s+text\b(?P<introduction>)
    |[hps](?:(?<=h)|(?<=p)(?:aragraph|art)\s*h|(?<=s)(?:ection|ubject|ubpart)\s*h)eading\b
        (?:\s+(?:of|for|to)(?=\s+(?:the\s+)?(?:(?:sub)?part|appendix|section)\b|\s+§))?(?P<heading>)
    |authority\s+citations?\b(?:\s+(?:following|after|at\s+the\s+end\s+of)(?=\s+(?:§|section)))?(?P<authority>)
    |definitions?\s+(?:(?:of|for)\s+)?(?:the\s+terms?\s+)?(?P<terms>{QUOTED})(?P<definition>)
    |table\b(?:(?:\s+[0-9]+[a-z]?\b)?\s*,?\s+(?:titled|entitled|headed)\s*,?\s+{QUOTED}|\s+[0-9a-z]+)?(?P<table>)
    |[flst](?:(?<=f)(?:irst|ourth|ifth)|(?<=s)econd|(?<=t)hird|(?<=l)ast)(?:\s+(?:and|through)\s+\w+)?
        \s+sentences?\b(?P<sentence>)
    |an?\s+(?:additional\s+|new\s+)?sentence\b(?P<sentence_2>)
    |[csp](?:(?<=the\s.)|(?<=\sa\s.))(?:(?<=c)omma|(?<=c)olon|(?<=s)emicolon|(?<=p)eriod)\b
        (?=\s+(?:at|after|following|before|and|in)\b|[;,.])(?P<punctuation>)
    |{QUOTED}(?P<words>)
    |[acdnprtw](?:(?<=w)ord|(?<=p)hrase|(?<=t)erm|(?<=r)eference|(?<=c)itation|(?<=a)bbreviation|(?<=n)umber|(?<=d)ate|
        (?<=t)ext(?!s))s?\s+{QUOTED}(?P<words_2>)
    |as\b(?P<as>)
    |[abfip](?:(?<=i)mmediately\s+(?:following|after|before|preceding|above|below)|(?<=f)ollowing|(?<=a)fter|(?<=a)bove|
        (?<=b)efore|(?<=b)elow|(?<=p)receding)\s+(?=(?:the\s+)?(?:newly\s+\w+\s+)?
        (?:§|section|paragraph|definition|entry|introductory|words?\b|phrase|[“"‘]))(?P<beside>)
    |[afiotu](?:(?<=i)n|(?<=t)o|(?<=o)f|(?<=f)rom|(?<=u)nder|(?<=a)t\s+the\s+end\s+of)\b(?P<in_place>)
    )
    |\w+[^\w“"‘§,]*
    """,
    re.VERBOSE,
)
KINDS = {name: name.rstrip("_0123456789") for name in TOKEN.groupindex}
QUALIFIED = {
    *(("authority", "part"), ("authority", "section"), ("authority", "subpart"), ("part", "subpart")),
    *(("heading", "part"), ("heading", "subpart"), ("heading", "appendix"), ("heading", "section")),
}
QUALIFYING = frozenset(before for before, _ in QUALIFIED)
# What names a place whatever stands before it, unless it qualifies that.
PLACES = frozenset(
    {
        "section",
        "cited",
        "next",
        "part",
        "subpart",
        "appendix",
        "paragraph",
        "more",
        "definition",
        "authority",
        "introduction",
    }
)
PASSIVE = re.compile(r"\b(?:is|are)\b[^.;]*$")
# How a paragraph ends that leaves the rest to those numbered within it, and one that new text follows.
LEADS = re.compile(r"(?:\bby|[:—–-])\s*[:—–-]?\s*$")
LEAD_ENDS = ("by", ":", "—", "–", "-")
FOLLOWS = re.compile(r"\bfollow(?:s|ing)\b")
VERBS = ("revise", "add", "remove", "redesignate", "reserve", "keep")
SECTION_NUMBER = re.compile(r"([0-9]+[A-Za-z]?[.-][Tt]?[0-9][0-9A-Za-z.-]*)|\bthrough\b")
COUNTED = re.compile(r"(.*[.-])([0-9]{1,4})")
# A range of more sections than this is not written out.
LONGEST_RANGE = 100
ANNEXES = ("appendix", "supplement")
POINTS = {"period": ".", "semicolon": ";", "comma": ",", "colon": ":"}
OF_SECTION = re.compile(
    rf"\bparagraphs?\s+{LIST}\s+(?:introductory\s+text\s+)?of\s+(?:§\s*|section\s+)({SECTION})(?=[\s,;:]|\.(?![0-9])|$)"
)
# “… and in paragraph (b) by removing”: the place of what follows, not of what was said.
BY_VERB = re.compile(r"\s*,?\s+by\s+(?:remov|add|revis|redesignat|insert|delet|replac)")
ADDS_FOLLOWING = re.compile(r"\badd(?:ing)?\s+(?:\w+\s+){0,4}?the\s+following\b")
IN_FOLLOWING = re.compile(r"\bin\s+(?:each\s+of\s+)?the\s+following\b[^.;]*:\s*$", re.DOTALL)
READS = re.compile(r"\bto\s+read\s+as\s+follows\b")
ISSUING = re.compile(r"(?:accordingly,|for the reasons\b).*as\s+follows:\s*$", re.DOTALL)
QUOTE = re.compile(r"[“\"‘]([^”\"’]+)[”\"’]")


def section_numbers(text: str) -> list[str]:
    """The numbers of a list of sections; a range of plain numbers is written out."""
    if "through" not in text:
        return [number.rstrip(".-") for number in SECTION_NUMBER.findall(text)]
    found: list[str] = []
    through = False
    for match in SECTION_NUMBER.finditer(text):
        if match[1] is None:
            through = bool(found)
            continue
        number = match[1].rstrip(".-")
        first, last = COUNTED.fullmatch(found[-1]) if through else None, COUNTED.fullmatch(number)
        if first and last and first[1] == last[1] and int(last[2]) - int(first[2]) <= LONGEST_RANGE:
            found += [f"{first[1]}{value}" for value in range(int(first[2]) + 1, int(last[2]))]
        found.append(number)
        through = False
    return found
