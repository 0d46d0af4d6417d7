"""A small rule for tests of letters."""

from commenttrack.rulemaking.provisions import (
    ParsedAgency,
    ParsedCfr,
    ParsedDocument,
    ParsedNote,
    ParsedProvision,
    ParsedQuestion,
    ParsedRule,
)

SCOPE = (
    "The Bureau proposes to grant each licence by end use. An applicant’s history would count only where the end use "
    "can’t be told—which the Bureau expects to be rare."
)
LICENCE = "The Bureau shall grant a licence within 30 days, unless the applicant “fails to answer” a request."
FEES = "A fee of $120 is due at filing."
ASKS = "Comments are welcome. Should the period in § 90.3(b)(1) be 30 days or 60 days?"


def provision(identity, kind, label, text, pages, *, parent=None, number="", heading="", breaks=()):
    return ParsedProvision(identity, parent, kind, number, label, heading, text, pages, (), page_breaks=breaks)


def rule(kind="proposed_rule"):
    provisions = (
        provision("p-II", "preamble_heading", "II", "", (70012,), heading="Scope of Licences"),
        provision(
            "p-II-1",
            "preamble_paragraph",
            "II",
            SCOPE,
            (70012, 70013),
            parent="p-II",
            breaks=((SCOPE.index("An"), 70013),),
        ),
        provision("p-II-2", "preamble_paragraph", "II", ASKS, (70013,), parent="p-II"),
        provision("s90.3", "section", "15 CFR 90.3", "", (70015,), number="§ 90.3", heading="Licences."),
        provision(
            "s90.3-b", "paragraph", "15 CFR 90.3(b)", "", (70015,), parent="s90.3", number="(b)", heading="Time."
        ),
        provision("s90.3-b-1", "paragraph", "15 CFR 90.3(b)(1)", LICENCE, (70015,), parent="s90.3-b", number="(1)"),
        provision("s90.3-b-2", "paragraph", "15 CFR 90.3(b)(2)", FEES, (70016,), parent="s90.3-b", number="(2)"),
    )
    document = ParsedDocument(
        kind, "Licences by End Use", "Proposed rule.", "2026-90001",
        (ParsedAgency("DEPARTMENT OF TRADE", "Bureau of Licences"),), ("BL-2026-0001",), ("9999-AA02",),
        (ParsedCfr(15, "90"),), 70010, 70020, (), publication_date="2026-11-20", fr_citation="91 FR 70010",
    )  # fmt: skip
    start = ASKS.index("Should")
    return ParsedRule(
        document,
        provisions,
        (ParsedNote("n1", "1", "See the report of the Office, at 12.", 70013),),
        (ParsedQuestion("q1", "p-II-2", "(1)", ASKS[start:], start, len(ASKS)),),
        (),
        (),
    )
