"""What people type to name a document is understood, and nothing else is."""

import pytest

from commenttrack.errors import BadInput
from commenttrack.rulemaking.citations import FederalRegisterCitation
from commenttrack.rulemaking.document_references import parse


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("2024-06526", "2024-06526"),
        (" 2024–06526 ", "2024-06526"),
        ("FR Doc. 2024-06526", "2024-06526"),
        ("FR Doc. No. 2024-06526", "2024-06526"),
        ("document 2026-13726", "2026-13726"),
        ("e9-12345", "E9-12345"),
        ("05-1234", "05-1234"),
        ("C1-2024-06526", "C1-2024-06526"),
        ("X94-10511", "X94-10511"),
        ("https://www.federalregister.gov/documents/2024/04/04/2024-06526/cyber-incident-reporting", "2024-06526"),
        ("https://www.federalregister.gov/documents/2024/04/04/2024-06526", "2024-06526"),
        ("HTTPS://www.federalregister.gov/d/2024-06526/p-12", "2024-06526"),
        ("https://www.federalregister.gov/d/2024-06526?utm_source=x#h-1", "2024-06526"),
        ("https://www.federalregister.gov/api/v1/documents/2024-06526.json", "2024-06526"),
        ("https://www.federalregister.gov/documents/full_text/xml/2024/04/04/2024-06526.xml", "2024-06526"),
        ("https://www.federalregister.gov/public-inspection/2024-06526/cyber-incident", "2024-06526"),
        ("https://public-inspection.federalregister.gov/2026-13726.pdf?1783341918", "2026-13726"),
        ("https://www.govinfo.gov/content/pkg/FR-2024-04-04/pdf/2024-06526.pdf", "2024-06526"),
        ("https://www.govinfo.gov/app/details/FR-2024-04-04/2024-06526", "2024-06526"),
    ],
)
def test_a_document_number_is_found_in_what_was_typed(typed, number):
    reference = parse(typed)
    assert (reference.kind, reference.value) == ("number", number)


@pytest.mark.parametrize(
    "typed",
    [
        "89 FR 23644",
        "89 Fed. Reg. 23,644",
        "89 FR 23644, 23650",
        "89 FR 23644–23776",
        "https://www.federalregister.gov/citation/89-FR-23644",
    ],
)
def test_a_citation_is_found_and_its_pin_pages_are_left_out(typed):
    reference = parse(typed)
    assert (reference.kind, reference.value) == ("citation", "89 FR 23644")
    assert reference.citation == FederalRegisterCitation(89, 23644)


@pytest.mark.parametrize(
    ("typed", "kind", "value"),
    [
        ("RIN 1670-AA04", "rin", "1670-AA04"),
        ("1670-aa04", "rin", "1670-AA04"),
        ("CISA-2022-0010", "docket", "CISA-2022-0010"),
        ("Docket No. EPA-HQ-OAR-2003-0129", "docket", "EPA-HQ-OAR-2003-0129"),
        ("https://www.regulations.gov/docket/CISA-2022-0010/document", "docket", "CISA-2022-0010"),
        ("CISA-2022-0010-0163", "regulations_gov_document", "CISA-2022-0010-0163"),
        ("FRTIB_FRDOC_0001-0319", "regulations_gov_document", "FRTIB_FRDOC_0001-0319"),
        ("https://www.regulations.gov/document/CISA-2022-0010-0163", "regulations_gov_document", "CISA-2022-0010-0163"),
    ],
)
def test_rins_dockets_and_documents_of_regulations_gov_are_told_apart(typed, kind, value):
    reference = parse(typed)
    assert (reference.kind, reference.value) == (kind, value)


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "the CISA rule",
        "rule.xml",
        "15 CFR 7.2",
        "https://example.org/documents/2024/04/04/2024-06526/x",
        "https://federalregister.gov.example.org/d/2024-06526",
        "https://www.federalregister.gov/agencies/commerce-department",
        "https://[broken/d/2024-06526",
        "file:///etc/passwd",
        "https://www.regulations.gov/document/..%2f..%2fkeys",
    ],
)
def test_anything_else_is_refused_with_a_sentence(typed):
    with pytest.raises(BadInput) as refusal:
        parse(typed)
    assert str(refusal.value).endswith(".")
