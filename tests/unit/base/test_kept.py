"""Costly results kept in memory."""

from commenttrack.kept import Kept


def test_a_result_is_made_once_and_the_one_asked_for_least_recently_gives_way():
    kept, made = Kept(2), []

    def of(key):
        return kept.of(key, lambda: made.append(key) or f"made {key}")

    assert [of("a"), of("b"), of("a"), of("c")] == ["made a", "made b", "made a", "made c"]
    assert made == ["a", "b", "c"]
    assert of("a") == "made a"
    of("b")
    assert made == ["a", "b", "c", "b"]


def test_what_could_not_be_made_is_tried_again():
    kept, tries = Kept(2), iter([OSError("gone"), "there"])

    def make():
        found = next(tries)
        if isinstance(found, OSError):
            raise found
        return found

    try:
        kept.of("a", make)
    except OSError:
        assert kept.of("a", make) == "there"
    else:
        raise AssertionError("the failure was kept to itself")
