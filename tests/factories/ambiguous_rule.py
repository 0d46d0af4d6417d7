"""Small rules in which “(i)” can be the ninth letter or the first numeral, and “(2)” can stand under four others."""

NUMBER = "2016-08622"


def ambiguous_rule(before="", *, heading="Records of a protest.", last="Who keeps it says where.", number=NUMBER):
    """Federal Register XML of § 21.1 with (h), (1) and an ambiguous (i); ``before`` stands in front of (h)."""
    return _rule(f"{before}<P>(h) {heading}</P><P>(1) The file of a protest is kept.</P><P>(i) {last}</P>", number)


def much_ambiguous_rule(number=NUMBER):
    """The same rule with a section cut so short that nothing tells what (ii) and (c) belong to, nor (2) after them."""
    return _rule(
        "<P>(ii) What the agency keeps of a protest:</P><STARS/><P>(c) The file.</P><P>(B) Its parts are:</P>"
        "<P>(2) The decision.</P>",
        number,
    )


def _rule(paragraphs, number):
    filed = f"<FRDOC>[FR Doc. {number} Filed 4-14-16; 8:45 am]</FRDOC>" if number else ""
    return (
        '<PRORULE><PREAMB><PRTPAGE P="22197"/><AGENCY TYPE="F">GAO</AGENCY><CFR>4 CFR Part 21</CFR>'
        "<SUBJECT>Bid Protests</SUBJECT></PREAMB>"
        '<SUPLINF><HD SOURCE="HED">SUPPLEMENTARY INFORMATION:</HD><P>We ask about records.</P>'
        '<PART><HD SOURCE="HED">PART 21—BID PROTESTS</HD><AMDPAR>1. Revise § 21.1 to read as follows:</AMDPAR>'
        f"<SECTION><SECTNO>§ 21.1</SECTNO><SUBJECT>Filing.</SUBJECT><STARS/>"
        f"{paragraphs}</SECTION></PART></SUPLINF>{filed}</PRORULE>"
    ).encode()
