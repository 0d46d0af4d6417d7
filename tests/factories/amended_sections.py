"""Small rules and sections for the tests of redlines, written as the XML they come in."""

from commenttrack.rulemaking import ecfr, federal_register
from commenttrack.rulemaking.redline import Redline, redline

HISTORY = "[61 FR 39042, July 26, 1996]"
LATER = "[61 FR 39042, July 26, 1996, as amended at 83 FR 13823, Apr. 2, 2018]"


def current(*paragraphs, heading="Filing a protest.", history=HISTORY, more=""):
    """Title 4 part 21 as ecfr.gov gives it, with § 21.1 made of the paragraphs."""
    body = "".join(f"<P>{text}</P>" for text in paragraphs)
    return (
        '<DIV5 N="21" NODE="4:1.0" TYPE="PART"><HEAD>PART 21—BID PROTESTS</HEAD>'
        "<AUTH><HED>Authority:</HED><PSPACE>31 U.S.C. 3551.</PSPACE></AUTH>"
        f'<DIV8 N="§ 21.1" TYPE="SECTION"><HEAD>§ 21.1 {heading}</HEAD>{body}<CITA>{history}</CITA></DIV8>{more}</DIV5>'
    )


def section(number, heading, *paragraphs):
    """A further section of the current part."""
    body = "".join(f"<P>{text}</P>" for text in paragraphs)
    return f'<DIV8 N="§ {number}" TYPE="SECTION"><HEAD>§ {number} {heading}</HEAD>{body}</DIV8>'


def printed(*paragraphs, number="21.1", heading="Filing a protest."):
    """A section as a rule prints it; “STARS” stands for a line of stars."""
    body = "".join("<STARS/>" if text == "STARS" else f"<P>{text}</P>" for text in paragraphs)
    return f"<SECTION><SECTNO>§ {number}</SECTNO><SUBJECT>{heading}</SUBJECT>{body}</SECTION>"


def rule(*parts):
    """A proposed rule of April 15, 2016 on 4 CFR part 21: instructions as text, new text as XML."""
    body = "".join(part if part.startswith("<") else f"<AMDPAR>{part}</AMDPAR>" for part in parts)
    return (
        '<PRORULE><PREAMB><PRTPAGE P="22197"/><AGENCY TYPE="F">GAO</AGENCY><CFR>4 CFR Part 21</CFR>'
        "<SUBJECT>Bid Protests</SUBJECT></PREAMB>"
        f'<SUPLINF><HD SOURCE="HED">SUPPLEMENTARY INFORMATION:</HD><P>Words.</P>'
        f'<PART><HD SOURCE="HED">PART 21—BID PROTESTS</HD>{body}</PART></SUPLINF>'
        "<FRDOC>[FR Doc. 2016-08622 Filed 4-14-16; 8:45 am]</FRDOC></PRORULE>"
    )


def applied(rule_xml, *current_xml) -> Redline:
    """The redline of the rule against the current texts."""
    parsed = federal_register.parse(rule_xml.encode())
    return redline(parsed, [ecfr.read(text.encode()) for text in current_xml])


def of(result, label):
    """The paragraph with this citation in the proposed text, or of what is removed in the current one."""
    [found] = [p for p in result.paragraphs if p.label == f"4 CFR {label}" and p.kind != "history"]
    return found


def proposed(result):
    """The proposed text: (citation, heading, text) of all that is not removed."""
    return [
        (p.label, joined(p.heading, "delete"), joined(p.text, "delete"))
        for p in result.paragraphs
        if p.change != "removed"
    ]


def joined(changes, without):
    return "".join(change.text for change in changes if change.kind != without)


def new_text(paragraph):
    """The text of a paragraph as proposed."""
    return joined(paragraph.text, "delete")


def old_text(paragraph):
    """The text of a paragraph as it stands."""
    return joined(paragraph.text, "insert")


def changes(result):
    """How each paragraph changed that did, by its proposed citation."""
    return {p.label.removeprefix("4 CFR "): p.change for p in result.paragraphs if p.change != "unchanged"}


def outcomes(result):
    return [item.outcome for item in result.instructions]
