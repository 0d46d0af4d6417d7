import pytest

from commenttrack.rulemaking.provisions import ParsedProvision
from commenttrack.rulemaking.questions import find, sentence_spans


def preamble(*texts, heading=""):
    result = [ParsedProvision("h", None, "preamble_heading", "", "", heading, "", (), ())]
    result += [
        ParsedProvision(f"p{i}", "h", "preamble_paragraph", "", "", "", text, (), ()) for i, text in enumerate(texts)
    ]
    return result


def asked(*texts, heading=""):
    return [(question.number, question.text) for question in find(preamble(*texts, heading=heading))]


@pytest.mark.parametrize(
    "sentence",
    [
        "CISA seeks comments on all the proposed definitions.",
        "We invite public comment on these proposals.",
        "We also seek comment on whether the threshold is right.",
        "The agency requests comment on the potential use of a break-even analysis.",
        "The Department is particularly interested in receiving comments on the cost.",
        "USTR requests that comments address specifically whether the products are necessary.",
        "We request that commenters identify the code in question.",
        "We are seeking input on four concepts.",
        "USDA has elected to voluntarily solicit comment on this rule.",
        "We solicit data on the number of small entities.",
        "Comment is requested on whether the exemption should end.".replace("Comment is", "Comments are"),
        "The EPA will accept comments from the public on the proposed disapproval.",
        "FAA invites you to send any written data or views about this proposal.",
        "CISA invites all interested parties to submit data and information regarding the impact on small entities.",
        "CISA encourages interested readers to review this draft guidance and to submit comments on it.",
        "CISA has put draft guidance in the docket and is accepting public comment on any aspect of it.",
        "We invite comment on the proposal to modify the item previously adopted.",
        "We would also be interested in hearing if implementation is a significant change for sponsors.",
        "We request and encourage any interested person to submit comments regarding the proposed rules.",
        "Interested persons are invited to submit written data, views and arguments concerning the foregoing.",
        "EPA is also taking comment on an alternative.",
        "Comment is sought on this conclusion.",
        "The agency would like to receive comments on this approach.",
        "Please comment on whether the estimate is accurate.",
        "Do commenters agree with this reading of the statute?",
    ],
)
def test_a_sentence_that_asks_for_comment_is_a_question(sentence):
    assert asked(f"Some background. {sentence} More follows.") == [("", sentence)]


@pytest.mark.parametrize(
    "sentence",
    [
        "GAO will attempt to resolve a request for recommendation on the amount of protest costs.",
        "The Director may request additional information from the covered entity about the incident.",
        "CISA is issuing this notice to solicit public comment on proposed regulations.",
        "We are not soliciting comment on the earlier rules.",
        "Commenters requested information about the schedule.",
        "We received comments on the proposed rule.",
        "We will accept comments from the public on this proposal until November 13, 2023.",
        "HHS seeks to improve data on the number of hospitals.",
        "One commenter asked, should commenters be given more time?",
        "Submit your comments by mail as the instructions say.",
        "This proposed rule also includes a request for information on measures.",
        "The covered entity must seek the views of counsel.",
        "The most recent version of the ECE Request Form no longer includes information related to the program.",
        "We appreciate the commenters' input on the timing of collecting the proposed items.",
        "In the last proposed rule, we released a document soliciting comment on the methodology.",
        "CISA will accept comments on or before June 3, 2024.",
        "We will accept comments on June 3, 2024.",
        "We will accept comments on 3 June 2024.",
        "We will accept comments on this proposal until 06/03/2024.",
        "We will accept comments on 06/03/2024.",
    ],
)
def test_a_sentence_that_only_speaks_of_requests_is_none(sentence):
    assert asked(sentence) == []


def test_the_items_of_a_numbered_list_are_questions_and_its_lead_in_is_not():
    found = asked(
        "CISA seeks comments on the definitions. In addition, it seeks comments on the following questions:",
        "3. Whether the word “significant” should be added to the definition.",
        "4. Should a zero-day count? Please provide data on its effects.",
        "This is all.",
        "Another matter follows.",
        "5. Not part of the list any more, though numbered.",
    )
    assert found == [
        ("", "CISA seeks comments on the definitions."),
        ("3.", "Whether the word “significant” should be added to the definition."),
        ("4.", "Should a zero-day count? Please provide data on its effects."),
    ]


def test_bullets_under_a_request_are_questions():
    assert [
        number
        for number, _ in asked(
            "USTR invites comments regarding:",
            "• The level of the increase, if any;",
            "• Whether products are left out.",
        )
    ] == ["•", "•"]


def test_a_heading_that_asks_makes_interrogative_sentences_questions():
    text = "Background first. Should the agency require a second report?"
    assert asked(text, heading="Request for Comments") == [("", "Should the agency require a second report?")]
    assert asked(text, heading="Background") == []


def test_what_is_asked_beside_a_request_is_part_of_it():
    text = "The agency seeks comment on this proposal. Should it be limited? One commenter asked, who would enforce it?"
    assert [words for _, words in asked(text)] == [
        "The agency seeks comment on this proposal.",
        "Should it be limited?",
    ]


def test_a_labelled_question_is_one_wherever_it_stands():
    assert asked(
        "Question 1: The agencies invite comment on the structure. What are its advantages?",
        "Question 2: What else should be considered?",
        "Issue 3: The agency requests comment on the scope.",
        "Issue 4: The scope was settled in court.",
        heading="Introduction",
    ) == [
        ("Question 1:", "The agencies invite comment on the structure. What are its advantages?"),
        ("Question 2:", "What else should be considered?"),
        ("Issue 3:", "The agency requests comment on the scope."),
    ]


def test_questions_under_the_headings_of_an_asking_heading_are_found_with_their_numbers():
    found = find(
        [
            ParsedProvision("h", None, "preamble_heading", "V.", "V", "Questions for Commenters", "", (), ()),
            ParsedProvision("h2", "h", "preamble_heading", "A.", "V.A", "Performance", "", (), ()),
            ParsedProvision("p1", "h2", "preamble_paragraph", "", "V.A", "", "1.1. What should be measured?", (), ()),
            ParsedProvision("p2", "h2", "preamble_paragraph", "", "V.A", "", "b. Describe the costs of it.", (), ()),
            ParsedProvision("p3", "h2", "preamble_paragraph", "", "V.A", "", "A.2. Should it be? Why?", (), ()),
        ]
    )
    assert [(question.number, question.text) for question in found] == [
        ("1.1.", "What should be measured?"),
        ("b.", "Describe the costs of it."),
        ("A.2.", "Should it be? Why?"),
    ]


def test_offsets_point_at_the_words_and_no_words_are_asked_twice():
    provisions = preamble(
        "See 6 U.S.C. 681. We seek comment on costs. We seek views on scope.",
        "We invite comments on:",
        "(1) The cost of the rule.",
    )
    texts = {provision.id: provision.text for provision in provisions}
    questions = find(provisions)
    assert [texts[q.provision][q.start : q.end] for q in questions] == [q.text for q in questions]
    assert len({(q.provision, q.start) for q in questions}) == len(questions) == 3


def test_abbreviations_end_no_sentence():
    text = "See 18 U.S.C. 1001. Under No. 5 of Exec. Order 1 (e.g. Part A) it holds. Next."
    assert [text[start:end] for start, end in sentence_spans(text)] == [
        "See 18 U.S.C. 1001.",
        "Under No. 5 of Exec. Order 1 (e.g. Part A) it holds.",
        "Next.",
    ]
