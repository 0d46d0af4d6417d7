"""Short forms, *Id.* and *supra* follow from the order of the notes."""

import random
import re

import pytest

from commenttrack.letters.blocks import inline_runs, plain
from commenttrack.letters.content import LetterContent, LetterPartContent
from commenttrack.letters.markdown import content_from_markdown
from commenttrack.letters.notes import arrange

HEAD = """---
citations: bluebook
sources:
  - {key: nprm, cite: 89 FR 5698, title: Taking Steps, kind: proposed, date: 2024-01-29, short: NPRM}
  - {key: other, cite: 89 FR 9000, title: Other Steps, kind: proposed, date: 2024-02-09}
  - {key: final, cite: 86 FR 36075, kind: final, date: 2021-07-08}
  - {key: ames, kind: case, cite: 467 U.S. 837 (1984), title: "Ames Corp. v. Bell, Inc."}
  - {key: roe, kind: case, cite: 524 F.3d 227 (D.C. Cir. 2008), title: United States v. Roe LLC, short: Roe}
  - {key: fieldstone, kind: comment, cite: CMS-2019-0090-0015, author: Fieldstone Ass’n, date: 2019-03-13}
  - {key: gao, kind: report, author: Audit Off., number: GAO-21, title: Chips, date: Dec. 2020, url: "https://x.gov/g", short: Chips Report}
  - {key: ecra, kind: statute, cite: "Pub. L. 115-232, 132 Stat. 1636", title: Reform Act}
---
"""  # noqa: E501


def printed(content):
    letter = arrange(content)
    return [" ".join(plain(run) for run in inline_runs(note.blocks)).replace("\u00a0", "~") for note in letter.notes]


def notes_of(*texts):
    body = " ".join(f"Word.[^{number}]" for number in range(1, len(texts) + 1))
    definitions = "\n".join(f"[^{number}]: {text}" for number, text in enumerate(texts, 1))
    return printed(content_from_markdown(f"{HEAD}{body}\n\n{definitions}"))


def test_a_document_has_its_short_name_after_it_was_given_one():
    first, _, third = notes_of("[@nprm, 5702].", "[@15 CFR 7.2].", "[@nprm, 5703-04].")
    assert first == "Taking Steps, 89~Fed.~Reg.~5698, 5702 (proposed Jan.~29, 2024) [hereinafter NPRM]."
    assert third == "NPRM, 89~Fed.~Reg. at~5703–04."


def test_a_document_without_a_page_is_not_cited_in_full_twice():
    assert notes_of("[@final].", "[@15 CFR 7.2].", "[@final].")[2] == "86~Fed.~Reg.~36075."


def test_a_case_has_its_short_form():
    forms = notes_of("[@ames, 843].", "[@15 CFR 7.2].", "[@ames, 844].", "[@ames, 845].", "[@See 467 U.S. 837, 845].")
    assert forms == [
        "Ames Corp. v. Bell, Inc., 467~U.S.~837, 843 (1984).",
        "15~C.F.R.~§~7.2.",
        "Ames, 467~U.S. at~844.",
        "Id. at~845.",
        "See~id.",
    ]


def test_a_case_is_called_by_the_party_that_is_not_the_government():
    assert notes_of("[@roe].", "[@nprm].", "[@roe, 230].")[2] == "Roe, 524~F.3d at~230."
    texts = ["[@FCC v. Doe Co., 9 F.3d 1, 2 (1st Cir. 1993)].", "[@nprm].", "[@9 F.3d 1, 4]."]
    assert notes_of(*texts)[2] == "Doe, 9~F.3d at~4."


def test_a_law_has_its_short_form():
    forms = notes_of("[@ecra, § 1758, 2218].", "[@ecra, § 1759].", "[@nprm].", "[@ecra, § 1758(b), 2219].")
    assert forms[0] == "Reform Act, Pub.~L. No.~115-232, §~1758, 132~Stat.~1636, 2218."
    assert forms[1] == "Id. §~1759."
    assert forms[3] == "Pub.~L. No.~115-232, §~1758(b), 132~Stat. at~2219."


def test_an_act_is_named_once_and_its_sections_repeat():
    forms = notes_of("[@Emergency Act, 50 U.S.C. 1701].", "[@50 U.S.C. 1702].", "[@nprm].", "[@50 U.S.C. 1701].")
    assert forms[0] == "Emergency Act, 50~U.S.C.~§~1701."
    assert (forms[1], forms[3]) == ("Id. §~1702.", "50~U.S.C.~§~1701.")


def test_comments_and_reports_point_back_to_the_note_that_cites_them_in_full():
    forms = notes_of("[@nprm].", "[@fieldstone, 3; gao, 9].", "[@fieldstone, 4].", "[@gao, tbl. 3].", "[@gao, tbl. 4].")
    assert "[hereinafter Chips Report]" in forms[1]
    assert forms[2] == "Fieldstone Ass’n, supra note~2, at~4."
    assert forms[3] == "Chips Report, supra note~2, tbl. 3."
    assert forms[4] == "Id. tbl. 4."


def test_supra_within_one_note_has_no_number():
    assert notes_of("[@fieldstone, 3; nprm; fieldstone, 4].")[0].endswith("; Fieldstone Ass’n, supra, at~4.")


def test_what_one_citation_says_of_a_work_serves_the_first_one_wherever_it_is():
    forms = notes_of("[@12 F.3d 34, 35].", "[@nprm].", "[@Doe v. Poe, 12 F.3d 34, 36 (2d Cir. 1993)].")
    assert forms[0] == "Doe v. Poe, 12~F.3d~34, 35 (2d~Cir. 1993)."
    assert forms[2] == "Doe, 12~F.3d at~36."


def test_id_stands_after_a_note_that_cites_one_work_twice():
    assert notes_of("[@nprm, 5702]. More at [@nprm, 5703].", "[@nprm, 5704].")[1] == "Id. at~5704."


def test_id_within_a_string_of_citations_has_no_capital():
    assert notes_of("[@ames, 843; ames, 845]. [@ames, 846].")[0].endswith("843 (1984); id. at~845. Id. at~846.")


def test_signals_and_remarks_stay_with_every_form():
    forms = notes_of("[@See nprm, 5702 (emphasis added)].", "[@But see nprm, 5703 (footnote omitted)].")
    assert forms[0].startswith("See~Taking Steps") and forms[0].endswith("[hereinafter NPRM] (emphasis added).")
    assert forms[1] == "But see~id. at~5703 (footnote omitted)."


def test_in_the_form_of_the_ofr_every_citation_is_in_full():
    content = content_from_markdown(HEAD.replace("bluebook", "ofr") + "One [@nprm, 5702, § 7.2(b)]. Two.^[[@gao, 3].]")
    assert printed(content) == ["Audit Off., GAO-21, Chips, at~3 (Dec. 2020), https://x.gov/g."]
    words = plain(next(inline_runs(arrange(content).parts[0].blocks))).replace("\u00a0", "~")
    assert words.startswith("One (89~FR~5698, 5702 (proposed §~7.2(b))).")


def test_the_name_of_a_case_is_in_italics():
    content = content_from_markdown(HEAD + "Word.^[[@ames, 843].]")
    (run,) = inline_runs(arrange(content).notes[0].blocks)
    assert [plain(inline.children) for inline in run if getattr(inline, "style", "") == "em"] == [
        "Ames Corp. v. Bell, Inc."
    ]


# ------------------------------------------------------------------------------- any order resolves to what was meant

# Key of a work, what its full citation must show, pages that it has.
WORKS = {
    "nprm": ("Fed.~Reg.~5698", 5698),
    "other": ("Fed.~Reg.~9000", 9000),
    "final": ("Fed.~Reg.~36075", 36075),
    "ames": ("467~U.S.~837", 837),
    "roe": ("524~F.3d~227", 227),
    "fieldstone": ("CMS-2019-0090-0015", 1),
    "gao": ("https://x.gov/g", 1),
}


def read_as_a_reader(notes):
    """For each note the (work, page) of its citations, from its words and those of the notes before it alone."""
    full = {}
    found = []
    before = []
    for number, note in enumerate(notes, 1):
        here = []
        for form in note.removesuffix(".").split("; "):
            form = re.sub(r"\A(?:See|But see|Cf\.)~", "", form)
            if re.match(r"id\b", form, re.IGNORECASE):
                sole = here[-1] if here else (before[-1] if len({work for work, _ in before}) == 1 else None)
                assert sole is not None, f"Id. of note {number} may mean any of {before}"
                at = re.search(r"at~(\d+)", form)
                here.append((sole[0], int(at.group(1)) if at else sole[1]))
                continue
            if match := re.search(r"supra note~(\d+), at~(\d+)", form) or re.search(r"supra()?, at~(\d+)", form):
                in_note = int(match.group(1) or number)
                name = form.split(",")[0]
                (work,) = [key for key, (where, text) in full.items() if where == in_note and name in text]
                here.append((work, int(match.group(2))))
                continue
            if match := re.search(r"(\d+)~(Fed\.~Reg\.|U\.S\.|F\.3d) at~(\d+)", form):
                series = [
                    (key, int(shown.rsplit("~", 1)[1]))
                    for key, (shown, _) in WORKS.items()
                    if key in full and f"{match.group(1)}~{match.group(2)}~" in full[key][1]
                ]
                page = int(match.group(3))
                key = max((entry for entry in series if entry[1] <= page), key=lambda entry: entry[1])[0]
                here.append((key, page))
                continue
            (key,) = [key for key, (shown, _) in WORKS.items() if shown in form]
            assert key not in full, f"{key} is cited in full in note {full[key][0]} and again in note {number}"
            full[key] = (number, form)
            page = re.search(r"(?:5698|9000|36075|837|227|No\.~CMS-2019-0090-0015|Chips),(?: at~)? ?(\d+)", form)
            here.append((key, int(page.group(1))))
        found.append(here)
        before = here
    return found


@pytest.mark.parametrize("seed", range(60))
def test_after_any_reordering_of_parts_each_note_resolves_to_what_it_was_written_for(seed):
    rng = random.Random(seed)
    parts = []
    meant = {}
    for number in range(rng.randint(2, 9)):
        texts = []
        for _ in range(rng.randint(0, 4)):
            works = [rng.choice(list(WORKS)) for _ in range(rng.choice((1, 1, 1, 2, 3)))]
            pages = [(work, WORKS[work][1] + rng.randint(1, 30)) for work in works]
            signal = rng.choice(("", "", "See ", "But see ", "Cf. "))
            texts.append((pages, signal + "; ".join(f"{work}, {page}" for work, page in pages)))
        key = f"p{number}"
        meant[key] = [pages for pages, _ in texts]
        text = " ".join(f"Word.^[[@{source}].]" for _, source in texts) or "Nothing cited."
        parts.append(LetterPartContent(key, f"Heading {number}", 1, text))
    head = content_from_markdown(HEAD + "x").head
    for _ in range(3):
        rng.shuffle(parts)
        notes = printed(LetterContent(head, tuple(parts)))
        assert read_as_a_reader(notes) == [pages for part in parts for pages in meant[part.key]]
