from lxml import etree

from commenttrack.rulemaking.xml_text import PageCounter, is_loose, join, read


def flow_of(xml, page=None, **options):
    return read(etree.fromstring(xml), PageCounter(page), **options)


def test_pretty_printing_leaves_no_space_before_punctuation():
    flow = flow_of(
        '<P>\n    See \n    <E T="03">www.regulations.gov</E>\n    . Except as\n    <E T="03">'
        "noted</E>\n     here.\n  </P>"
    )
    assert flow.text == "See www.regulations.gov. Except asnoted here."


def test_pretty_printing_keeps_the_space_a_reader_sees():
    assert flow_of('<P>\n    (a) \n    <E T="03">General.</E>\n     The rule.\n  </P>').text == "(a) General. The rule."


def test_an_address_broken_by_emphasis_stays_one_word():
    assert flow_of('<P>\n  doi:10.17226\n  <E T="03">/25137</E>\n  .\n</P>').text == "doi:10.17226/25137."


def test_a_subscript_does_not_break_its_word():
    assert flow_of('<P>CO<E T="52">2</E> per km<SU>2</SU></P>').text == "CO2 per km2"


def test_files_that_lost_their_spaces_get_them_back():
    xml = (
        '<RULE><P>identified by<E T="03">Docket No. 1</E>or<E T="03">RIN,</E>by mail (<E T="03">et '
        'seq.</E>) in CO<E T="52">2</E>e</P></RULE>'
    )
    root = etree.fromstring(xml)
    assert is_loose(root)
    assert (
        read(root[0], PageCounter(), loose=True).text == "identified by Docket No. 1 or RIN, by mail (et seq.) in CO2e"
    )


def test_a_file_with_spaces_is_not_taken_for_one_without():
    assert not is_loose(etree.fromstring('<P>a <E T="03">b</E> c <E T="03">d</E>. e vis-à-<E T="03">vis</E></P>'))


def test_a_page_break_is_kept_at_its_place_and_parts_words():
    flow = flow_of('<P>of the<PRTPAGE P="7393"/>person</P>', page=7392)
    assert flow.text == "of the person"
    assert flow.page == 7392
    assert flow.breaks == ((6, 7393),)
    assert (flow.page_at(0), flow.page_at(8)) == (7392, 7393)


def test_a_page_that_turns_before_the_first_word_is_the_page_of_the_text():
    flow = flow_of('<P><PRTPAGE P="12"/>text</P>', page=11)
    assert (flow.page, flow.breaks) == (12, ())


def test_the_number_of_a_note_call_is_not_text():
    flow = flow_of("<P>reported.<SU>4</SU><FTREF/> Then 10<SU>6</SU></P>")
    assert flow.text == "reported. Then 106"
    assert [(call.offset, call.number) for call in flow.calls] == [(9, "4")]


def test_the_thin_space_before_a_note_call_goes_with_it():
    assert flow_of("<P>controls\u2009<SU>4</SU><FTREF/>; measures\u2009<SU>5</SU><FTREF/> (old)</P>").text == (
        "controls; measures (old)"
    )


def test_thin_and_zero_width_spaces_read_as_a_reader_sees_them():
    assert flow_of("<P>§\u2009226.1 of a\u200bb</P>").text == "§ 226.1 of ab"


def test_a_cut_moves_pages_italics_and_calls_along():
    flow = flow_of('<P>(a) <E T="03">Term</E> is<SU>1</SU><FTREF/> one<PRTPAGE P="9"/> thing</P>', page=8)
    cut = flow.cut(4)
    assert cut.text == "Term is one thing"
    assert cut.italics == ((0, 4),)
    assert cut.calls[0].offset == 7
    assert cut.breaks == ((11, 9),)


def test_cuts_of_a_text_share_out_every_call():
    flow = flow_of("<P>ab<SU>1</SU><FTREF/>cd<SU>2</SU><FTREF/></P>")
    first, second = flow.cut(0, 2), flow.cut(2)
    assert [call.number for call in (*first.calls, *second.calls)] == ["1", "2"]


def test_joined_texts_know_the_page_of_each():
    pages = PageCounter(3)
    element = etree.fromstring('<X><P>one</P><P><PRTPAGE P="4"/>two</P></X>')
    joined = join([read(child, pages) for child in element])
    assert joined.text == "one two"
    assert (joined.page_at(0), joined.page_at(4)) == (3, 4)
