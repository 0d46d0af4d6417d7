"""A small rule in which “(i)” can be the ninth letter or the first numeral."""

NUMBER = "2016-08622"


def ambiguous_rule(before="", *, heading="Records of a protest.", last="Who keeps it says where.", number=NUMBER):
    """Federal Register XML of § 21.1 with (h), (1) and an ambiguous (i); ``before`` stands in front of (h)."""
    filed = f"<FRDOC>[FR Doc. {number} Filed 4-14-16; 8:45 am]</FRDOC>" if number else ""
    return (
        '<PRORULE><PREAMB><PRTPAGE P="22197"/><AGENCY TYPE="F">GAO</AGENCY><CFR>4 CFR Part 21</CFR>'
        "<SUBJECT>Bid Protests</SUBJECT></PREAMB>"
        '<SUPLINF><HD SOURCE="HED">SUPPLEMENTARY INFORMATION:</HD><P>We ask about records.</P>'
        '<PART><HD SOURCE="HED">PART 21—BID PROTESTS</HD><AMDPAR>1. Revise § 21.1 to read as follows:</AMDPAR>'
        f"<SECTION><SECTNO>§ 21.1</SECTNO><SUBJECT>Filing.</SUBJECT><STARS/>{before}<P>(h) {heading}</P>"
        f"<P>(1) The file of a protest is kept.</P><P>(i) {last}</P></SECTION></PART></SUPLINF>{filed}</PRORULE>"
    ).encode()
