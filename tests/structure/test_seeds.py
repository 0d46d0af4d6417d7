"""The seeds hold what seeds/README.md says: checked by themselves, and against the originals when they are at hand."""

import hashlib
import json
import re
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
from lxml import etree

from commenttrack.filing.limits import limits_from
from commenttrack.positions import source_files
from commenttrack.positions.models import Consensus, SourceKind
from commenttrack.positions.stances import Stance, require_complete
from commenttrack.rulemaking import federal_register
from commenttrack.rulemaking.provisions import ParsedRule
from commenttrack.signoffs.lifecycle import Decision
from commenttrack.wording import folded, text_as_proposed, text_as_requested

SEEDS = Path(__file__).parents[2] / "seeds"
POSITION_FILES = sorted((SEEDS / "positions").glob("*.json"))
LABELS = {
    "000-principles-2020": "1 2 3 3(a) 3(b) 3(c) 3(d) 3(e) 4 5",
    "001-technology-agenda": "1 1.a 1.b 1.c 1.d 2 2.a 2.b 2.c 3 3.a 3.a.i 3.a.ii 3.b 3.c",
    "002-track-ii-consensus-2020": "I II III.1 III.2 III.3 III.4 III.5 III.6 III.7 III.8 IV IV.1 IV.2 IV.3 IV.4 "
    "IV.W IV.W.1 IV.W.2 IV.W.3 IV.W.4 IV.W.5 IV.R IV.R.1 IV.R.1.1 IV.R.1.2 IV.R.1.3 IV.R.2",
    "003-news-2021": "",
    "004-joint-letter-2025": "1 1.1 1.2 1.3 1.4 1.5 2 2.1 2.2 2.3 3 3.1",
}
PLACEHOLDER = re.compile(r"\{\{(\w+):([^{}]+)\}\}")
LONGEST_COMMON_RUN = 6
"""Words. A paraphrase may share terms with its source, not phrases."""

each_file = pytest.mark.parametrize("path", POSITION_FILES, ids=lambda path: path.stem)


def load(path: Path) -> dict:
    return json.loads(path.read_text(encoding="utf-8"))


def reference(name: str) -> dict:
    return load(SEEDS / "reference" / name)


def docket() -> dict:
    return load(SEEDS / "demo" / "docket.json")


def words(text: str) -> list[str]:
    return re.findall(r"\w+(?:['’.]\w+)*", text.lower())


# Positions


def test_there_is_one_file_for_each_source_document():
    assert [path.stem for path in POSITION_FILES] == list(LABELS)


@each_file
def test_every_position_of_the_source_stands_in_its_file_once(path):
    assert [item["label"] for item in load(path)["positions"]] == LABELS[path.stem].split()


@each_file
def test_a_seed_file_is_read_as_a_source_file(path):
    source = source_files.read(path.read_bytes(), name=path.name)
    assert (len(source.positions), SourceKind(source.kind)) == (len(LABELS[path.stem].split()), source.kind)


@each_file
def test_a_label_shows_where_its_position_belongs(path):
    for item in load(path)["positions"]:
        if item["parent"]:
            assert re.fullmatch(re.escape(item["parent"]) + r"(?:\.\w+|\([a-z]\))", item["label"])


@each_file
def test_topics_come_from_the_list_and_every_position_has_one(path):
    known = {topic["id"] for topic in reference("topics.json")["topics"]}
    for item in load(path)["positions"]:
        assert item["topics"]
        assert set(item["topics"]) <= known
        assert len(set(item["topics"])) == len(item["topics"])


@each_file
def test_every_position_has_a_heading_a_statement_and_a_state(path):
    for item in load(path)["positions"]:
        assert 0 < len(item["heading"]) <= 80
        assert item["statement"].endswith((".", "?"))
        assert item["consensus"] in set(Consensus)


@each_file
def test_spans_lie_in_the_source_and_in_their_parents(path):
    data = load(path)
    spans = {item["label"]: (item["start"], item["end"]) for item in data["positions"]}
    for item in data["positions"]:
        low, high = spans[item["parent"]] if item["parent"] else (0, data["source"]["length"])
        assert low <= item["start"] < item["end"] <= high, item["label"]
    for item in data["context"]:
        assert 0 <= item["start"] < item["end"] <= data["source"]["length"]


def test_only_what_the_dialogue_left_for_later_is_deferred():
    deferred = [
        item["label"] for path in POSITION_FILES for item in load(path)["positions"] if item["consensus"] != "aligned"
    ]
    assert deferred == ["IV.R.1", "IV.R.1.1", "IV.R.1.2", "IV.R.1.3"]


def test_the_news_article_is_context_and_no_position():
    news = load(SEEDS / "positions" / "003-news-2021.json")
    assert (news["source"]["coalition"], news["positions"], len(news["context"])) == (False, [], 5)


def test_every_topic_is_used():
    used = {topic for path in POSITION_FILES for item in load(path)["positions"] for topic in item["topics"]}
    assert used == {topic["id"] for topic in reference("topics.json")["topics"]}


# Against the originals


def original(path: Path, shared: Path) -> tuple[dict, str]:
    data = load(path)
    return data, (shared / "seeds" / data["source"]["file"]).read_bytes().decode("utf-8")


@each_file
def test_the_digest_and_the_length_are_those_of_the_original(path, shared):
    data, text = original(path, shared)
    assert data["source"]["sha256"] == hashlib.sha256(text.encode()).hexdigest()
    assert data["source"]["length"] == len(text)


@each_file
def test_a_span_starts_and_ends_where_a_sentence_or_an_item_does(path, shared):
    data, text = original(path, shared)
    for item in data["positions"] + data["context"]:
        start, end = item["start"], item["end"]
        # A new line, the end of a sentence, or an item of an enumeration in a sentence ("…; (b) …", "…: (a) …").
        assert re.search(r"(?:^|\n\s*|[.!?”]\s+|[:;]\s+(?:and\s+)?)$", text[:start]), text[start : start + 40]
        assert not text[start].isspace()
        assert re.search(r"[.;:!?]”?$", text[start:end]) or text[end : end + 1] in ("\n", ""), text[end - 40 : end]


@each_file
def test_the_label_stands_at_the_start_of_the_passage_when_the_source_numbers_it(path, shared):
    data, text = original(path, shared)
    for item in data["positions"]:
        mark = re.match(r"(?:### \*\*|\s)*(?:\((\w+)\)|(\w{1,3})(?:\.| ))", text[item["start"] :])
        own = re.split(r"[.(]", item["label"].rstrip(")"))[-1]
        numbered = data["source"]["kind"] in ("principles", "recommendations") or re.fullmatch(
            r"(?:III|IV)\.\d", item["label"]
        )
        if numbered:
            assert mark and own in mark.groups(), item["label"]


@each_file
def test_no_paraphrase_repeats_more_than_six_words_of_its_source(path, shared):
    data, text = original(path, shared)
    size = LONGEST_COMMON_RUN + 1
    source = words(text)
    runs = {tuple(source[at : at + size]) for at in range(len(source) - size + 1)}
    written = [item[key] for item in data["positions"] for key in ("heading", "statement")]
    written += [item["text"] for item in data["context"]]
    copied = [
        " ".join(own[at : at + size])
        for own in map(words, written)
        for at in range(len(own) - size + 1)
        if tuple(own[at : at + size]) in runs
    ]
    assert copied == []


def test_the_signatories_of_the_letter_stand_in_its_order(shared):
    data, text = original(SEEDS / "positions" / "004-joint-letter-2025.json", shared)
    listed = [line.strip() for line in text[text.index("Sincerely,") :].splitlines()[1:] if line.strip()]
    assert [item["name"] for item in data["participants"]] == listed
    assert len(listed) == 14


def test_the_participants_of_the_dialogue_stand_in_its_order_with_their_side(shared):
    data, text = original(SEEDS / "positions" / "002-track-ii-consensus-2020.json", shared)
    listed, side = [], ""
    for line in text[text.index("AMERICAN PARTICIPANTS") :].splitlines():
        if line.strip().endswith(" PARTICIPANTS"):
            side = line.split()[0].capitalize()
        elif line.strip():
            listed.append((folded(line), side))
    people = [item for item in data["participants"] if item["kind"] == "person"]
    assert [(f"{item['name']} {item['title']}", item["side"]) for item in people] == listed
    assert Counter(item["side"] for item in people) == {"American": 12, "Chinese": 17}


# Reference data


def test_every_limit_says_its_unit_its_source_and_when_it_was_verified():
    data = reference("regulations_gov_limits.json")
    figures = {
        f"{group}.{name}"
        for group, values in data.items()
        if isinstance(values, dict) and group not in ("about", "sources")
        for name in values
    }
    assert set(data["about"]) == figures
    for about in data["about"].values():
        assert about["unit"] and about["meaning"] and about["source"] in data["sources"]
        assert date.fromisoformat(about["verified"]) == date(2026, 11, 21)


def test_the_limits_can_be_used_for_the_check_before_filing():
    assert limits_from(reference("regulations_gov_limits.json")).file_bytes == 10_485_760


def test_agencies_have_unique_names_and_known_parents():
    agencies = reference("agencies.json")["agencies"]
    names = [agency["name"] for agency in agencies]
    assert len(set(names)) == len(names)
    assert {agency["parent"] for agency in agencies} - {None} <= set(names)
    assert all(agency["short_name"] and agency["route"] and agency["verified"] for agency in agencies)


def test_agencies_with_a_route_of_their_own_are_never_sent_to_regulations_gov():
    agencies = {agency["short_name"]: agency for agency in reference("agencies.json")["agencies"]}
    for short in ("FCC", "SEC", "CFTC", "FERC"):
        assert not agencies[short]["regulations_gov"]
        assert "regulations.gov" not in agencies[short]["route"] + agencies[short]["url"]


# The demo


LOADING = date(2026, 11, 23)


def filled(text: str, loading: date = LOADING) -> str:
    """The text with its dates, counted as seeds/README.md says, leaving business days aside."""
    days = {"loading": loading}
    for name, item in docket()["dates"].items():
        days[name] = days[item["from"]] + timedelta(days=item["days"])
    return PLACEHOLDER.sub(lambda match: days[match[1]].strftime(match[2]), text)


def rule_xml() -> str:
    return (SEEDS / "demo" / "rule.xml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def rule() -> ParsedRule:
    return federal_register.parse(filled(rule_xml()).encode(), name="rule.xml")


@pytest.fixture(scope="module")
def root() -> etree._Element:
    return etree.fromstring(rule_xml().encode())


def test_every_placeholder_names_a_date_of_the_docket():
    assert {name for name, _ in PLACEHOLDER.findall(rule_xml())} <= set(docket()["dates"])
    assert "{{" not in filled(rule_xml())


def test_the_dates_of_the_demo_follow_the_day_of_loading(rule):
    due = next(item for item in rule.document.comment_dates if item.purpose == "comments")
    assert due.date == (LOADING + timedelta(days=-10 + 60)).isoformat()
    assert not due.computed


def test_the_rule_is_marked_illustrative_in_title_action_text_and_amendment(root):
    for path in ("PREAMB/SUBJECT", "PREAMB/ACT", "SUPLINF/P"):
        assert "not a real rule" in " ".join(root.find(path).itertext()).lower()
    before_the_part = root.find("SUPLINF/AMDPAR").getprevious().getprevious()
    assert "not a real rule" in "".join(before_the_part.itertext())
    assert docket()["illustrative"] is True


def test_the_rule_has_ten_footnotes_each_called_once(root):
    notes = [note.findtext("P/SU") for note in root.iter("FTNT")]
    calls = [call.getprevious().text for call in root.iter("FTREF")]
    assert notes == calls == [str(number) for number in range(1, 11)]


def test_the_rule_has_two_tables_and_consecutive_pages_some_of_them_mid_sentence(root):
    pages = [int(mark.get("P")) for mark in root.iter("PRTPAGE")]
    assert pages == list(range(120_101, 120_110))
    assert len(root.findall(".//GPOTABLE")) == 2
    inside = [mark for mark in root.iter("PRTPAGE") if mark.getparent().tag == "P" and (mark.tail or "")[:1].islower()]
    assert len(inside) >= 3


def test_the_tables_add_up(root):
    rows = [[entry.text for entry in row.iter("ENT")] for row in root.find(".//GPOTABLE").iter("ROW")]
    for column in (1, 2):
        *parts, total = (float(row[column]) for row in rows)
        assert sum(parts) == pytest.approx(total)


def test_the_regulatory_text_has_about_sixty_units_nested_four_deep(rule):
    units = [item for item in rule.provisions if re.match(r"15 CFR 1790\.\d", item.label) and item.kind != "table"]
    labels = {item.label for item in units}
    assert 55 <= len(labels) <= 70
    assert "15 CFR 1790.2(a)(1)(i)(A)" in labels
    assert sum(item.kind == "section" for item in units) == 4
    assert sum(item.kind == "definition" for item in units) == 10


def test_the_agency_asks_eight_numbered_questions_and_six_in_sentences(rule):
    numbered = [question.number for question in rule.questions if question.number]
    assert numbered == [f"({number})" for number in range(1, 9)] or numbered == [str(number) for number in range(1, 9)]
    assert len(rule.questions) - len(numbered) == 6


def test_nothing_of_the_rule_is_left_unparsed_but_its_routine_end(rule):
    assert [item.why for item in rule.unparsed] == ["signature block", "filing line", "billing code"]
    assert rule.ambiguities == ()


def test_each_instruction_is_complete_and_names_a_position_and_a_provision(rule):
    known = {
        (load(path)["source"]["file"], item["label"])
        for path in POSITION_FILES
        for item in load(path)["positions"]
        if item["consensus"] == "aligned"
    }
    labels = {item.label for item in rule.provisions}
    links = [(item["source"], item["label"], item["provision"]) for item in docket()["instructions"]]
    assert len(set(links)) == len(links)
    for item in docket()["instructions"]:
        assert (item["source"], item["label"]) in known
        assert item["provision"] in labels
        require_complete(
            Stance(item["stance"]),
            reason=item["reason"],
            request=item["request"],
            requested_text=item["requested_text"],
        )


def test_each_requested_text_starts_from_the_exact_words_of_its_provision(rule):
    text = {item.label: item.text for item in rule.provisions}
    marked = [item for item in docket()["instructions"] if item["requested_text"]]
    assert len(marked) >= 6
    for item in marked:
        assert text_as_proposed(item["requested_text"]) == text[item["provision"]]
        assert text_as_requested(item["requested_text"]) != text[item["provision"]]
        assert "  " not in text_as_requested(item["requested_text"])


def test_each_answer_belongs_to_exactly_one_question(rule):
    answered = []
    for item in docket()["answers"]:
        asked = [question for question in rule.questions if item["quote"] in question.text]
        assert len(asked) == 1, item["quote"]
        if item["number"]:
            assert asked[0].number.strip("()") == item["number"]
        answered.append(asked[0].id)
    assert len(set(answered)) == len(answered) >= 8


def test_the_docket_says_of_the_rule_what_the_rule_says(rule):
    told = docket()["rule"]
    assert rule.document.title == told["title"]
    assert list(rule.document.docket_ids) == told["docket_ids"]
    assert [rin.removeprefix("RIN ") for rin in rule.document.rins] == [told["rin"]]
    assert rule.document.document_number == filled(told["document_number"])
    assert rule.document.start_page == told["start_page"]


def test_the_twelve_members_are_invented_and_can_be_written_to_only_at_example_org():
    members = docket()["members"]
    assert len({member["name"] for member in members}) == len(members) == 12
    people = [signer for member in [*members, docket()["association"]] for signer in member["signers"]]
    people += docket()["association"]["staff"]
    addresses = [person["email"] for person in people]
    assert len(set(addresses)) == len(addresses)
    assert all(re.fullmatch(r"[a-z.-]+@example\.org", address) for address in addresses)
    assert all(person["name"] and person["title"] for person in people)


def test_the_decisions_of_the_demo_are_ones_a_member_can_make():
    decisions = [member["demo_decision"] for member in docket()["members"]]
    assert {item["decision"] for item in decisions} <= {*Decision, "none"}
    for item in decisions:
        excepts = bool(item["reservation"] or item.get("excepts"))
        assert excepts == (item["decision"] == Decision.JOINED_WITH_RESERVATION)


def test_the_rule_of_acceptance_says_its_threshold():
    acceptance = docket()["acceptance"]
    assert "{minimum_score}" in acceptance["statement"]
    assert "{minimum_score}" in acceptance["accepted_by"]
    assert 0 < acceptance["minimum_score"] < 1
    require_complete(Stance(acceptance["stance"]), reason=acceptance["reason"], request=acceptance["request"])


def test_the_readme_names_every_file():
    readme = (SEEDS / "README.md").read_text(encoding="utf-8")
    files = [path for folder in ("positions", "reference", "demo") for path in (SEEDS / folder).iterdir()]
    assert [path.name for path in files if path.name not in readme] == []
