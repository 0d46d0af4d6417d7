"""Blocks of any form as the elements of Federal Register XML, in their order; nothing is left out.

The head is cut into its fields and captions, the preamble into headings and paragraphs, and from the words of issuance
on the text is that of the CFR: parts, sections, instructions, authority lines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from lxml import etree
from lxml.etree import SubElement, _Element

from commenttrack.rulemaking import block_roles as roles
from commenttrack.rulemaking import text_blocks as blocks
from commenttrack.rulemaking.flow_elements import fill, table_element
from commenttrack.rulemaking.head_blocks import FIELDS, head_fields, listed_headings
from commenttrack.rulemaking.preamble_outline import split_number
from commenttrack.rulemaking.text_blocks import Block, SourceText
from commenttrack.rulemaking.xml_text import Flow

_ROOTS = {"proposed_rule": "PRORULE", "rule": "RULE", "notice": "NOTICE", "presidential_document": "PRESDOCU"}
# Captions stand on the first pages; without one in so many blocks the text has none.
_LONGEST_HEAD = 80
_LONGEST_SIGNATURE_LINE = 160
_LONGEST_SIGNATURE = 8
_LONGEST_SUBJECT = 400
# “A. Overview.”: a heading that ends as a sentence does.
_LONGEST_SENTENCE_HEADING = 120
_RUN_IN_SUBJECT = re.compile(r"[^.]{2,150}\.(?=\s)")


def elements(source: SourceText) -> _Element:
    """The document as the root of Federal Register XML; ``source`` stays as it is."""
    root = etree.Element(_ROOTS.get(source.kind, "PRORULE"))
    writer = _Writer(root, source.start_page)
    writer.write(source.blocks)
    return root


class _Writer:
    """Writes block after block; ``_place`` is the element that the next paragraph goes into."""

    def __init__(self, root: _Element, page: int | None) -> None:
        self._root = root
        self._page: int | None = None
        self._place = root
        self._blocks: Sequence[Block] = ()
        self._index = 0
        self._regulation = False
        self._subjects_seen = False
        self._issued = False
        self._captioned = False
        self._numbered = False
        self._sections: Counter[str] = Counter()
        # Blocks that are worded as headings and only listed, as in a table of contents.
        self._listed: frozenset[int] = frozenset()
        self._turn(root, page)

    def write(self, found: Sequence[Block]) -> None:
        self._blocks = found
        self._numbered = any(
            block.kind == blocks.HEADING or not block.indented
            for block in found
            if roles.is_numbered_heading(block.flow.text) and roles.is_title_like(block.flow.text)
        )
        self._sections.update(number for block in found if (number := _section_number(block)))
        self._listed = frozenset(listed_headings(found))
        self._head()
        while (block := self._next()) is not None:
            self._body(block)

    def _next(self) -> Block | None:
        if self._index >= len(self._blocks):
            return None
        self._index += 1
        return self._blocks[self._index - 1]

    def _peek(self, ahead: int = 0) -> Block | None:
        index = self._index + ahead
        return self._blocks[index] if index < len(self._blocks) else None

    # Writing ---------------------------------------------------------------------------------------------------------

    def _turn(self, parent: _Element, page: int | None) -> None:
        if page is not None and page != self._page:
            SubElement(parent, "PRTPAGE", P=str(page))
            self._page = page

    def _add(self, parent: _Element, tag: str, flow: Flow, **attributes: str) -> _Element:
        element = SubElement(parent, tag, attributes)
        fill(element, flow)
        self._page = flow.last_page or self._page
        return element

    def _text(self, tag: str, flow: Flow, **attributes: str) -> _Element:
        self._turn(self._place, flow.page)
        return self._add(self._place, tag, flow, **attributes)

    # The head --------------------------------------------------------------------------------------------------------

    def _head(self) -> None:
        """PREAMB: the fields before the first caption and the captions up to the text."""
        first = next((i for i, b in enumerate(self._blocks[:_LONGEST_HEAD]) if roles.caption(b.flow.text)[0]), None)
        marked = next((i for i, b in enumerate(self._blocks[:_LONGEST_HEAD]) if b.kind not in FIELDS), 0)
        preamb = self._place = SubElement(self._root, "PREAMB")
        self._index = marked if first is None else first
        for tag, flow in head_fields(self._blocks[: self._index]):
            # What stands before the head, such as a note of the editors, goes with the text.
            self._text(tag or "P", flow)
        if preamb.find("CFR") is None:
            for named in self._named_parts():
                SubElement(preamb, "CFR").text = named
        if not self._index and first is None:
            self._place = SubElement(self._root, "SUPLINF")
            return
        self._captioned = True
        current: _Element | None = None
        while (block := self._peek()) is not None:
            tag, end = roles.caption(block.flow.text)
            if tag == "SUPLINF" or (not tag and (current is None or self._ends_captions(block))):
                break
            self._index += 1
            if tag:
                self._turn(preamb, block.flow.page)
                current = SubElement(preamb, tag)
                self._add(current, "HD", block.flow.cut(0, end), SOURCE="HED")
                rest = block.flow.cut(end)
                if rest.text:
                    self._turn(current, rest.page)
                    self._add(current, "P", rest)
            elif current is not None:
                self._turn(current, block.flow.page)
                self._add(current, "P", block.flow)
        self._place = SubElement(self._root, "SUPLINF")
        if block is not None and roles.caption(block.flow.text)[0] == "SUPLINF":
            self._index += 1
            end = roles.caption(block.flow.text)[1]
            self._text("HD", block.flow.cut(0, end), SOURCE="HED")
            rest = block.flow.cut(end)
            if rest.text:
                self._text("P", rest)

    def _named_parts(self) -> Iterator[str]:
        """The CFR parts as the list of subjects or the words of issuance name them, when the head does not."""
        for block in self._blocks:
            text = block.flow.text
            if len(text) > 1_000 or "CFR" not in text:
                continue
            issues = roles.ISSUANCE.match(text) and roles.AMENDS.search(text)
            if issues or roles.LIST_OF_SUBJECTS.match(text) or roles.CFR_LINE.match(text):
                yield text

    def _ends_captions(self, block: Block) -> bool:
        """Whether a block after the captions is text of the document, though no caption says so."""
        if block.kind not in (blocks.PARAGRAPH, blocks.HEADING):
            return True
        text = block.flow.text
        if block.kind == blocks.HEADING and block.rank:
            return True
        if roles.LIST_OF_SUBJECTS.match(text) or roles.PART.match(text) or roles.FILING.match(text):
            return True
        number, _ = split_number(text)
        return number in ("I.", "A.", "1.") and not block.indented and roles.is_title_like(text)

    # The body --------------------------------------------------------------------------------------------------------

    def _body(self, block: Block) -> None:
        text = block.flow.text
        writers = {
            blocks.TABLE: self._table,
            blocks.IMAGE: self._image,
            blocks.NOTE: self._note,
            blocks.SIGNATURE: self._signature,
        }
        if block.kind in writers:
            writers[block.kind](block)
        elif block.kind == blocks.FILING or (block.kind == blocks.PARAGRAPH and roles.FILING.match(text)):
            self._leave()
            self._text("FRDOC", block.flow)
        elif block.kind == blocks.BILLING or (block.kind == blocks.PARAGRAPH and roles.BILLING.match(text)):
            self._leave()
            self._text("BILCOD", block.flow)
        elif block.kind == blocks.STARS or roles.STARS.match(text):
            self._turn(self._place, block.flow.page)
            SubElement(self._place, "STARS")
        elif block.kind == blocks.PARAGRAPH and self._is_signed(block):
            self._signature(block)
        elif roles.LIST_OF_SUBJECTS.match(text) and len(text) < roles.LONGEST_HEADING and not block.indented:
            self._list_of_subjects(block)
        elif not self._regulatory(block):
            if roles.ISSUANCE.match(text) and (roles.AMENDS.search(text) or self._subjects_seen):
                self._issued = True
            self._prose(block)

    def _prose(self, block: Block) -> None:
        rank = self._rank(block)
        if rank is None:
            self._text("P", block.flow)
        else:
            self._text("HD", block.flow, SOURCE=f"HD{rank}" if rank else "HED")

    def _rank(self, block: Block) -> int | None:
        """The printed rank of a heading, None when the block is a paragraph.

        Numbered headings are given the lowest rank: their place follows from their numbers.
        """
        text = block.flow.text
        if block.kind != blocks.HEADING:
            if block.indented or self._place.tag in ("SECTION", "APPENDIX", "EXTRACT"):
                return None
            numbered = block.alone and roles.is_numbered_heading(text) and len(text) < _LONGEST_SENTENCE_HEADING
            if not numbered and not roles.is_title_like(text) and not roles.is_outline_heading(text):
                return None
            if (self._regulation and not block.alone) or self._index - 1 in self._listed:
                return None
        elif block.rank is not None:
            return max(1, min(block.rank, 3))
        if roles.is_numbered_heading(text):
            return 3
        if text.startswith("("):
            return 3 if self._numbered else None
        return 3 if self._numbered else 1 if block.alone else 2

    def _is_signed(self, block: Block) -> bool:
        text = block.flow.text
        if len(text) > _LONGEST_SIGNATURE_LINE or not roles.SIGNED.match(text):
            return False
        # “Dated: …” within the text of a form is followed by more text; a signature by a name and little else.
        following = self._peek()
        return following is None or len(following.flow.text) <= _LONGEST_SIGNATURE_LINE

    def _signature(self, block: Block) -> None:
        self._leave()
        self._turn(self._place, block.flow.page)
        signature = SubElement(self._place, "SIG")
        self._add(signature, "P", block.flow)
        for _ in range(_LONGEST_SIGNATURE):
            following = self._peek()
            if following is None:
                return
            if following.kind != blocks.SIGNATURE and (
                block.kind == blocks.SIGNATURE or not self._is_signature_line(following)
            ):
                return
            self._index += 1
            self._add(signature, "P", following.flow)

    def _is_signature_line(self, block: Block) -> bool:
        text = block.flow.text
        if block.kind != blocks.PARAGRAPH or len(text) > _LONGEST_SIGNATURE_LINE:
            return False
        return not (
            roles.FILING.match(text)
            or roles.BILLING.match(text)
            or roles.LIST_OF_SUBJECTS.match(text)
            or roles.ISSUANCE.match(text)
            or roles.PART.match(text)
            or roles.APPENDIX.match(text)
            or roles.SECTION.match(text)
            or text.lower().startswith(("editorial note", "note:", "note "))
            or roles.is_instruction(text, after_instruction=False)
        )

    def _list_of_subjects(self, block: Block) -> None:
        self._leave()
        self._subjects_seen = True
        self._turn(self._place, block.flow.page)
        subjects = SubElement(self._place, "LSTSUB")
        self._add(subjects, "HD", block.flow, SOURCE="HED")
        listed = False
        while (following := self._peek()) is not None:
            text = following.flow.text
            if following.kind not in (blocks.PARAGRAPH, blocks.HEADING) or roles.ISSUANCE.match(text):
                return
            if roles.CFR_LINE.match(text) and len(text) < 80:
                tag, listed = "CFR", False
            elif not listed and following.kind == blocks.PARAGRAPH and not roles.PART.match(text):
                tag, listed = "P", True
            else:
                return
            self._index += 1
            self._turn(subjects, following.flow.page)
            self._add(subjects, tag, following.flow)

    # Regulatory text -------------------------------------------------------------------------------------------------

    def _leave(self) -> None:
        """What comes next stands in no section, appendix or extract."""
        while self._place.tag in ("SECTION", "APPENDIX", "EXTRACT"):
            parent = self._place.getparent()
            if parent is None:
                return
            self._place = parent

    def _begin(self) -> None:
        self._leave()
        self._regulation = True

    def _regulatory(self, block: Block) -> bool:
        """Whether a block is a unit of regulatory text; if so it is written."""
        text = block.flow.text
        if not self._regulation and not self._begins_regulation(block):
            return False
        if block.kind == blocks.INSTRUCTION or (block.kind == blocks.PARAGRAPH and self._instructs(text)):
            self._begin()
            self._text("AMDPAR", block.flow)
        elif roles.PART.match(text) and self._heads(block, roles.is_part_heading(text)):
            self._begin()
            self._unit("PART", block)
            self._contents()
        elif roles.GROUP.match(text) and self._heads(block, True):
            self._begin()
            self._unit("SUBCHAP", block)
        elif roles.SUBPART.match(text) and self._heads(block, True):
            self._begin()
            self._unit("SUBPART", block)
            self._contents()
        elif roles.APPENDIX.match(text) and self._heads(block, True):
            self._begin()
            self._turn(self._place, block.flow.page)
            self._place = SubElement(self._place, "APPENDIX")
            self._add(self._place, "HD", block.flow, SOURCE="HED")
        elif self._is_section(block):
            self._section(block)
        elif block.kind == blocks.AUTHORITY or roles.AUTHORITY.match(text):
            self._authority(block)
        elif self._after_instruction() and block.kind in (blocks.PARAGRAPH, blocks.HEADING):
            # New text that no section heads, such as an airworthiness directive.
            self._place = SubElement(self._place, "EXTRACT")
            self._prose(block)
        else:
            return False
        return True

    def _instructs(self, text: str) -> bool:
        """Whether a paragraph is an instruction: by number and verb, or as words of issuance before new text."""
        if roles.is_instruction(text, after_instruction=self._after_instruction()):
            return True
        return bool(roles.ISSUANCE.match(text) and roles.AMENDS.search(text) and text.endswith("read as follows:"))

    def _begins_regulation(self, block: Block) -> bool:
        text = block.flow.text
        if block.kind in (blocks.INSTRUCTION, blocks.SECTION):
            return True
        if roles.PART.match(text) and self._heads(block, roles.is_part_heading(text)):
            return True
        opened = self._subjects_seen or self._issued or not self._captioned
        if not opened or block.kind not in (blocks.PARAGRAPH, blocks.HEADING):
            return False
        if self._instructs(text) and (self._issued or self._subjects_seen):
            return True
        return self._is_section(block) or bool(
            (roles.SUBPART.match(text) or roles.APPENDIX.match(text) or roles.GROUP.match(text))
            and self._heads(block, True)
        )

    def _after_instruction(self) -> bool:
        return self._regulation and len(self._place) > 0 and self._place[-1].tag == "AMDPAR"

    def _heads(self, block: Block, worded: bool) -> bool:
        """Whether a block that starts as a unit does is set as its heading."""
        text = block.flow.text
        if block.kind == blocks.HEADING:
            return True
        short = len(text) <= roles.LONGEST_HEADING and not block.indented
        return short and worded and not text.endswith((".", ";", ","))

    def _unit(self, tag: str, block: Block) -> None:
        self._turn(self._place, block.flow.page)
        self._add(SubElement(self._place, tag), "HD", block.flow, SOURCE="HED")

    def _contents(self) -> None:
        """The list of sections after the heading of a part: entries that head no text of their own."""
        first = self._peek()
        if first is None:
            return
        headed = bool(roles.CONTENTS_HEAD.match(first.flow.text))
        entries: list[Block] = [first] if headed else []
        while (entry := self._peek(len(entries))) is not None and self._is_entry(entry, len(entries), headed=headed):
            entries.append(entry)
        if len(entries) - headed < 1:
            return
        self._turn(self._place, first.flow.page)
        contents = SubElement(self._place, "CONTENTS")
        for entry in entries:
            self._index += 1
            self._turn(contents, entry.flow.page)
            found = roles.CONTENTS_ENTRY.match(entry.flow.text) or roles.SECTION.match(entry.flow.text)
            if entry is first and headed:
                self._add(contents, "SECHD", entry.flow)
            elif found is None:
                self._add(contents, "HD", entry.flow, SOURCE="HED")
            else:
                self._add(contents, "SECTNO", entry.flow.cut(0, found.end("number")))
                self._add(contents, "SUBJECT", entry.flow.cut(found.start("subject")))

    def _is_entry(self, block: Block, ahead: int, *, headed: bool) -> bool:
        text = block.flow.text
        if block.kind not in (blocks.PARAGRAPH, blocks.HEADING) or len(text) > roles.LONGEST_HEADING:
            return False
        if roles.SUBPART.match(text) or roles.APPENDIX.match(text):
            # The heading that the text goes on with looks the same; the list goes on with a section.
            following = self._peek(ahead + 1)
            return following is not None and self._is_entry(following, ahead + 1, headed=headed)
        number = _section_number(block)
        if number:
            # A section whose number comes once more, with its text.
            return self._sections[number] > 1 and not any(
                _section_number(other) == number for other in self._blocks[self._index : self._index + ahead]
            )
        return headed and bool(roles.CONTENTS_ENTRY.match(text))

    def _is_section(self, block: Block) -> bool:
        if block.kind == blocks.SECTION:
            return True
        found = roles.SECTION.match(block.flow.text)
        if not found or block.indented or block.kind not in (blocks.PARAGRAPH, blocks.HEADING):
            return False
        subject = found["subject"]
        if not subject:
            return True
        worded = subject[:1].isupper() or subject[:1] in '[“"‘'
        return worded and (len(subject) <= _LONGEST_SUBJECT or bool(_RUN_IN_SUBJECT.match(subject)))

    def _section(self, block: Block) -> None:
        self._begin()
        self._turn(self._place, block.flow.page)
        self._place = SubElement(self._place, "SECTION")
        found = roles.SECTION.match(block.flow.text)
        if found is None:
            self._add(self._place, "SUBJECT", block.flow)
            return
        self._add(self._place, "SECTNO", block.flow.cut(0, found.end("number")))
        subject = block.flow.cut(found.start("subject"))
        run_in = _RUN_IN_SUBJECT.match(subject.text) if len(subject.text) > _LONGEST_SUBJECT else None
        if run_in:
            self._add(self._place, "SUBJECT", subject.cut(0, run_in.end()))
            self._text("P", subject.cut(run_in.end()))
        elif subject.text:
            self._add(self._place, "SUBJECT", subject)

    def _authority(self, block: Block) -> None:
        if self._place.tag == "EXTRACT":
            self._leave()
        found = roles.AUTHORITY.match(block.flow.text)
        self._turn(self._place, block.flow.page)
        tag = "SOURCE" if found and found["heading"].lower().startswith("source") else "AUTH"
        authority = SubElement(self._place, tag)
        if found:
            self._add(authority, "HD", block.flow.cut(0, found.end("heading")), SOURCE="HED")
        rest = block.flow.cut(found.end() if found else 0)
        following = self._peek()
        if not rest.text and following is not None and following.kind == blocks.PARAGRAPH:
            self._index += 1
            rest = following.flow
        if rest.text:
            self._add(authority, "P", rest)

    # Tables, pictures, notes ----------------------------------------------------------------------------------------

    def _table(self, block: Block) -> None:
        self._turn(self._place, block.flow.page)
        if block.grid is not None:
            self._place.append(table_element(block.grid))
        # Pages that turned inside the table.
        self._turn(self._place, block.flow.last_page)

    def _image(self, block: Block) -> None:
        self._turn(self._place, block.flow.page)
        self._add(SubElement(self._place, "GPH"), "GID", block.flow)

    def _note(self, block: Block) -> None:
        self._turn(self._place, block.flow.page)
        last = self._place[-1] if len(self._place) else None
        if not block.number and last is not None and last.tag == "FTNT":
            self._add(last, "P", block.flow)
            return
        paragraph = SubElement(SubElement(self._place, "FTNT"), "P")
        if block.number:
            number = SubElement(paragraph, "SU")
            number.text, number.tail = block.number, " "
        fill(paragraph, block.flow)
        self._page = block.flow.last_page or self._page


def _section_number(block: Block) -> str:
    found = roles.SECTION.match(block.flow.text) if not block.indented else None
    return found["number"].lstrip("§ ").removeprefix("Sec.").strip() if found else ""
