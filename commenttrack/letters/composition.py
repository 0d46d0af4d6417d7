"""From the mapping to the parts of a letter, in the order of the rule.

Positions on the same provision become one part, so that an agency reader who files excerpts by section finds everything
the coalition says about a section in one place. What a part says is what its mapping entries say: stance, reason and
request as people wrote them, with the agency's words quoted from the imported text and cited by printed page.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from commenttrack.letters.body import as_markdown
from commenttrack.letters.citation_forms import NBSP
from commenttrack.letters.passages import passage
from commenttrack.letters.rule_names import agency_name, full_agency, listed, register_of
from commenttrack.rulemaking.provisions import ParsedProvision, ParsedQuestion, ParsedRule

REASONS_BESIDE = "the part named in the last column gives the reasons"
"""What a summary of requests says of its table; whatever prints the requests without the table says it otherwise."""


@dataclass(frozen=True, slots=True)
class MappedPosition:
    """One entry of the mapping. ``id`` is the caller's; ``provision`` is the id of a provision of the rule."""

    id: int
    provision: str
    stance: str
    """support, support_with_change, oppose, clarify or neutral."""
    reason: str = ""
    request: str = ""
    requested_text: str = ""
    heading: str = ""
    """The position's heading in its source."""
    statement: str = ""
    source: str = ""
    """Title of the document that states the position."""
    label: str = ""
    """The position's own label there, 3(b)."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The coalition's answer to a question of the agency; ``question`` is the id of a question of the rule."""

    id: int
    question: str
    text: str


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything a letter is composed from. Texts that are empty are written from the rule."""

    rule: ParsedRule
    mapping: tuple[MappedPosition, ...]
    answers: tuple[Answer, ...] = ()
    coalition: str = ""
    """Name of the coalition or association that speaks."""
    description: str = ""
    """One or two sentences on who it is."""
    members: int = 0
    introduction: str = ""
    general: str = ""
    conclusion: str = ""
    summary: bool = True
    """Whether the letter has a table of its requests."""


@dataclass(frozen=True, slots=True)
class LetterPartDraft:
    """A part as composed. ``key`` says what the part addresses and never where it stands."""

    key: str
    kind: str
    """introduction, summary, general, comment, answer or conclusion."""
    heading: str
    level: int
    text: str
    requested_text: str = ""
    mappings: tuple[int, ...] = ()
    answers: tuple[int, ...] = ()
    provisions: tuple[str, ...] = ()
    """Ids of the provisions it speaks of."""
    labels: tuple[str, ...] = ()
    """Their labels, as the rule prints them."""


def compose(inputs: Inputs) -> tuple[LetterPartDraft, ...]:
    """The letter's parts in the rule's own order.

    Raises :class:`ValueError` for an entry or answer that names no provision, stance or question of the rule.
    """
    writer = _Writer(inputs)
    comments, answers = writer.comments(), writer.answers()
    parts = [writer.introduction()]
    if inputs.summary and (summary := writer.summary(comments)):
        parts.append(summary)
    if inputs.general.strip():
        parts.append(LetterPartDraft("general", "general", "General comments", 1, inputs.general.strip()))
    if comments:
        parts += [
            LetterPartDraft("comments", "comment", f"Comments on {writer.document}", 1, writer.comments_lead()),
            *comments,
        ]
    if answers:
        parts += [
            LetterPartDraft("answers", "answer", f"Answers to {writer.possessive} questions", 1, writer.answers_lead()),
            *answers,
        ]
    parts.append(writer.conclusion())
    return tuple(parts)


_STANCES = ("support", "support_with_change", "oppose", "clarify", "neutral")

# Openings by stance, taken in turn so that twenty comments do not begin alike. {place} and {Place} name the provision.
_OPENINGS = {
    "support": (
        "We support {place}.",
        "{Place} takes the right approach, and we support it.",
        "We welcome {place} and urge that it be kept.",
    ),
    "support_with_change": (
        "We support the aim of {place} and ask for one change.",
        "{Place} can be made to work with the change described here.",
        "With the following change, we would support {place}.",
    ),
    "oppose": (
        "We oppose {place}.",
        "We oppose {place} in the form proposed.",
        "{Place} should not be adopted as it stands.",
    ),
    "clarify": (
        "{Place} leaves a question open that the final text should settle.",
        "We ask for clarification of {place}.",
        "{Place} would benefit from clarification.",
    ),
    "neutral": (
        "We take no position for or against {place}, and offer the following for the record.",
        "On {place} we neither support nor oppose the text, but ask that the following be considered.",
        "We offer the following on {place} without taking a position for or against it.",
    ),
}
_FURTHER_SAME = ("There is a second ground.", "A further consideration points the same way.", "We add one more point.")
_FURTHER_OTHER = {
    "support": "In one respect we support the provision as it stands.",
    "support_with_change": "We also ask for a change.",
    "oppose": "In a further respect we oppose the provision.",
    "clarify": "One point also needs clarification.",
    "neutral": "We offer a further point without taking a position for or against the provision.",
}


class _Writer:
    """Writes the parts of one letter."""

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        self._rule = inputs.rule
        self._provisions = {provision.id: provision for provision in self._rule.provisions}
        self._order = {provision.id: index for index, provision in enumerate(self._rule.provisions)}
        self._questions = {question.id: question for question in self._rule.questions}
        for entry in inputs.mapping:
            if entry.provision not in self._provisions or entry.stance not in _STANCES:
                raise ValueError(
                    f"mapping entry {entry.id} names no provision or stance: {entry.provision}, {entry.stance}"
                )
        for answer in inputs.answers:
            if answer.question not in self._questions:
                raise ValueError(f"answer {answer.id} answers no question of the rule: {answer.question}")
        document = self._rule.document
        self._proposed = "proposed " if document.kind == "proposed_rule" else ""
        self.agency = agency_name(self._rule)
        self.possessive = self.agency + ("’" if self.agency.endswith("s") else "’s")
        self.document = {"proposed_rule": "the proposed rule", "rule": "the rule"}.get(document.kind, "the notice")
        self._register = register_of(self._rule)
        self._openings = dict.fromkeys(_STANCES, 0)
        self._further = 0

    # ---- parts

    def introduction(self) -> LetterPartDraft:
        inputs, document = self._inputs, self._rule.document
        speaker = inputs.coalition or "The undersigned organizations"
        verb = "appreciates" if inputs.coalition else "appreciate"
        paragraphs = []
        if inputs.introduction.strip():
            paragraphs.append(inputs.introduction.strip())
        else:
            agency = as_markdown(full_agency(self._rule))
            paragraphs.append(f"{speaker} {verb} the opportunity to comment on {self.document} of {agency}.")
            if inputs.description.strip():
                paragraphs.append(inputs.description.strip())
            if inputs.members > 1:
                paragraphs.append(f"These comments are made on behalf of {inputs.members} organizations.")
        cited = f" [@{self._register}]" if self._register else ""
        numbers = [
            *(f"docket {docket}" for docket in document.docket_ids),
            *(f"RIN{NBSP}{rin}" for rin in document.rins),
        ]
        named = f", {as_markdown(listed(numbers))}" if numbers else ""
        term = {"proposed_rule": "Proposed Rule", "rule": "Rule"}.get(document.kind, "Notice")
        paragraphs.append(
            f"These comments address “{as_markdown(document.title)}”{cited}{named} (the “{term}”). Section numbers are "
            f"those of the {term} unless we say otherwise, and page numbers are those of the Federal Register."
        )
        return LetterPartDraft("introduction", "introduction", "Introduction", 1, "\n\n".join(paragraphs))

    def summary(self, comments: Sequence[LetterPartDraft]) -> LetterPartDraft | None:
        entries = {entry.id: entry for entry in self._inputs.mapping}
        rows: list[str] = []
        for part in comments:
            for mapping in part.mappings:
                entry = entries[mapping]
                request = entry.request.strip() or ("Do not adopt the provision." if entry.stance == "oppose" else "")
                if request:
                    place = self._short_place(self._provisions[entry.provision])
                    rows.append(f"| {len(rows) + 1} | {_cell(place)} | {_cell(_capital(request))} | [#{part.key}] |")
        if not rows:
            return None
        text = "\n".join(
            [
                f"We ask {self.agency} to do the following; {REASONS_BESIDE}.",
                "",
                "| No. | Provision | Request | Reasons |",
                "|---:|---|---|---|",
                *rows,
            ]
        )
        return LetterPartDraft(
            "summary",
            "summary",
            "Summary of requests",
            1,
            text,
            mappings=tuple(mapping for part in comments for mapping in part.mappings),
        )

    def comments_lead(self) -> str:
        return "The comments follow the order of the document. Each heading names the provision that it concerns."

    def answers_lead(self) -> str:
        return f"Each answer stands under {self.possessive} own question."

    def comments(self) -> list[LetterPartDraft]:
        by_provision: dict[str, list[MappedPosition]] = {}
        for entry in self._inputs.mapping:
            by_provision.setdefault(entry.provision, []).append(entry)
        parts = []
        for provision_id in sorted(by_provision, key=lambda key: self._order[key]):
            entries = sorted(by_provision[provision_id], key=lambda entry: _STANCES.index(entry.stance))
            parts.append(self._comment(self._provisions[provision_id], entries))
        return parts

    def _comment(self, provision: ParsedProvision, entries: Sequence[MappedPosition]) -> LetterPartDraft:
        paragraphs: list[str] = []
        requested = [entry.requested_text.strip() for entry in entries if entry.requested_text.strip()]
        before = ""
        for index, entry in enumerate(entries):
            if index == 0:
                sentence = self._opening(entry, provision)
            elif entry.stance == before:
                sentence = _FURTHER_SAME[self._further % len(_FURTHER_SAME)]
                self._further += 1
            else:
                sentence = _FURTHER_OTHER[entry.stance]
            before = entry.stance
            paragraphs.append(sentence + _basis(entry))
            if index == 0 and not requested and (quotation := self._quotation(provision, entries)):
                paragraphs[-1] += f" {_capital(self.agency)} writes:"
                paragraphs.append(quotation)
            if entry.reason.strip():
                paragraphs.append(entry.reason.strip())
            if request := self._request(entry):
                paragraphs.append(request)
        if requested:
            pages = self._pages(provision, 0, len(provision.text))
            where = f" [@{self._register}, {pages}]" if self._register and pages else ""
            word = "changes" if len(requested) > 1 or "}{" in requested[0] else "change"
            paragraphs.append(f"The {self._proposed}text with the {word} we ask for is set out below{where}.")
        return LetterPartDraft(
            part_key("comment", provision.id),
            "comment",
            self._heading(provision),
            2,
            "\n\n".join(paragraphs),
            "\n\n".join(requested),
            mappings=tuple(entry.id for entry in entries),
            provisions=(provision.id,),
            labels=(provision.label,) if provision.label else (),
        )

    def answers(self) -> list[LetterPartDraft]:
        order = {question.id: index for index, question in enumerate(self._rule.questions)}
        parts = []
        for answer in sorted(self._inputs.answers, key=lambda answer: order[answer.question]):
            question = self._questions[answer.question]
            provision = self._provisions[question.provision]
            pages = self._pages(provision, question.start, question.end)
            cited = f"\n\n[@{self._register}, {pages}]" if self._register and pages else ""
            text = f"> {as_markdown(question.text)}{cited}\n\n{answer.text.strip()}"
            parts.append(
                LetterPartDraft(
                    part_key("answer", question.id),
                    "answer",
                    self._question_heading(question, provision),
                    2,
                    text,
                    answers=(answer.id,),
                    provisions=(provision.id,),
                    labels=(provision.label,) if provision.label else (),
                )
            )
        return parts

    def conclusion(self) -> LetterPartDraft:
        text = self._inputs.conclusion.strip() or (
            f"We thank {self.agency} for considering these comments and would be glad to discuss them or to provide "
            "further information."
        )
        return LetterPartDraft("conclusion", "conclusion", "Conclusion", 1, text)

    # ---- sentences

    def _opening(self, entry: MappedPosition, provision: ParsedProvision) -> str:
        variants = _OPENINGS[entry.stance]
        place = self._place(provision)
        sentence = variants[self._openings[entry.stance] % len(variants)].format(place=place, Place=_capital(place))
        self._openings[entry.stance] += 1
        return sentence

    def _request(self, entry: MappedPosition) -> str:
        request = entry.request.strip()
        if not request:
            return f"We ask {self.agency} not to adopt it." if entry.stance == "oppose" else ""
        request = re.sub(r"\A[Pp]lease\s+", "", request)
        first = request.split(maxsplit=1)[0]
        if not request.endswith((".", "?", "!", "”")):
            request += "."
        # A request is written as an instruction ("Limit paragraph (a)(1) …"); anything else is a sentence of its own.
        if first[:1].isalpha() and not first.isupper() and first.lower().strip(",") not in _NO_VERB:
            if first.lower() in ("do", "don’t", "don't") and (
                match := re.match(r"(?:Do not|Don[’']t)\s+", request, re.I)
            ):
                return f"We ask {self.agency} not to {request[match.end() :]}"
            return f"We ask {self.agency} to {request[0].lower()}{request[1:]}"
        return request

    def _quotation(self, provision: ParsedProvision, entries: Iterable[MappedPosition]) -> str:
        """The passage of the provision that the entries speak of, in whole sentences, with its pages."""
        about = " ".join(f"{entry.request} {entry.reason} {entry.heading} {entry.statement}" for entry in entries)
        span = passage(provision.text, about)
        if span is None:
            return ""
        start, end = span
        pages = self._pages(provision, start, end)
        cited = f"\n\n[@{self._register}, {pages}]" if self._register and pages else ""
        return f"> {as_markdown(provision.text[start:end])}{cited}"

    def _pages(self, provision: ParsedProvision, start: int, end: int) -> str:
        first, last = provision.page_at(start), provision.page_at(max(end - 1, start))
        if first is None or last is None:
            return ""
        return str(first) if first == last else f"{first}-{last}"

    # ---- names

    def _heading(self, provision: ParsedProvision) -> str:
        title = provision.heading.strip().rstrip(".:—–- ")
        if not title:
            title = next(
                (ancestor.heading.strip().rstrip(".:—–- ") for ancestor in self._above(provision) if ancestor.heading),
                "",
            )
        name = _capital(self._place(provision))
        if not title or title in name:
            return as_markdown(name)
        return as_markdown(f"{name}—{title}")

    def _question_heading(self, question: ParsedQuestion, provision: ParsedProvision) -> str:
        number = question.number.strip().strip("().")
        if number:
            return as_markdown(f"{_capital(self.possessive)} question {number}")
        return as_markdown(f"Question in {self._place(provision)}")

    def _short_place(self, provision: ParsedProvision) -> str:
        place = self._place(provision).removeprefix(self._proposed)
        return _capital(place.removeprefix("the discussion in ").removeprefix("the discussion under "))

    def _place(self, provision: ParsedProvision) -> str:
        """How running text names a provision: proposed § 7.302(b)(2), section IV.A of the preamble."""
        label = provision.label.strip()
        if match := re.match(r"\d+ CFR (?:[Pp]art )?(\d+)\Z", label):
            return f"{self._proposed}part{NBSP}{match.group(1)}"
        if match := re.match(r"\d+ CFR (\S+) (“.+”)\Z", label):
            return f"the definition of {match.group(2)} in {self._proposed}§{NBSP}{match.group(1)}"
        if match := re.match(r"\d+ CFR (\d+\S*.*)\Z", label):
            return f"{self._proposed}§{NBSP}{match.group(1)}"
        if match := re.match(r"\d+ CFR (.+)\Z", label):
            return f"{self._proposed}{match.group(1)}"
        if provision.kind.startswith("preamble"):
            preamble = "the preamble" if self._rule.document.kind in ("proposed_rule", "rule") else self.document
            if label and re.match(r"[A-Z0-9]+(?:[.(]|\Z)", label) and len(label) < 24:
                return f"section{NBSP}{label} of {preamble}"
            heading = next(
                (ancestor.heading for ancestor in (provision, *self._above(provision)) if ancestor.heading), ""
            )
            return f"the discussion under “{heading.strip().rstrip('.')}”" if heading else f"the opening of {preamble}"
        return f"{self._proposed}{label}" if label else self.document

    def _above(self, provision: ParsedProvision) -> Iterable[ParsedProvision]:
        parent = provision.parent
        while parent is not None and parent in self._provisions:
            yield self._provisions[parent]
            parent = self._provisions[parent].parent


# Words that begin a request which is already a sentence of its own.
_NO_VERB = frozenset(
    (
        *("the", "we", "our", "that", "this", "these", "those", "it", "its", "in", "to", "for", "on", "at", "by", "if"),
        *("when", "where", "while", "with", "as", "an", "a", "and", "any", "all", "no", "each", "every", "there"),
        *("should", "members", "exporters", "importers", "companies", "section", "paragraph", "part"),
    )
)


def _basis(entry: MappedPosition) -> str:
    """A note on where the coalition stated the position."""
    if not entry.source:
        return ""
    label = f", {as_markdown(entry.label)}" if entry.label else ""
    heading = f" (“{as_markdown(entry.heading.strip().rstrip('.'))}”)" if entry.heading.strip() else ""
    return f"^[The position is stated in *{as_markdown(entry.source)}*{label}{heading}.]"


def part_key(kind: str, identity: str) -> str:
    """The key of a part that is composed for a provision (``comment``) or a question (``answer``) of the rule."""
    return f"{kind}-" + re.sub(r"[^\w.-]+", "-", identity).strip("-")


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _cell(text: str) -> str:
    """A Markdown text as one cell of a table."""
    return re.sub(r"(?<!\\)\|", r"\\|", " ".join(text.split()))
