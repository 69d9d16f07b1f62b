import re
import unicodedata

import pytest
from dvt_step_runtime.log_text import file_name, lines_of, shown, tail_of, word_of
from hypothesis import example, given
from hypothesis import strategies as st

IDS = st.from_regex(re.compile(r"[A-Za-z0-9_.-]{1,100}", re.ASCII), fullmatch=True)


@given(st.text(st.characters()) | st.text(st.sampled_from("ab\r\n\t\x1b\x9b\u2028\u202e\ud800")))
def test_no_text_can_steer_a_terminal_or_begin_a_line(text: str) -> None:
    for line in lines_of(text):
        for char in line:
            assert char == "\t" or unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp")
            assert unicodedata.bidirectional(char) not in (
                "LRE",
                "RLE",
                "LRO",
                "RLO",
                "PDF",
                "LRI",
                "RLI",
                "FSI",
                "PDI",
            )


def test_escape_shows_what_was_there() -> None:
    assert shown("\x1b[31mred\x07\x9b\u202e\t.") == "\\x1b[31mred\\x07\\x9b\\u202e\t."


@pytest.mark.parametrize(
    ("text", "lines"),
    [("a\n", ["a"]), ("a", ["a"]), ("a\r\nb\r\n", ["a", "b"]), ("1%\r2%\n", ["1%\\x0d2%"]), ("\n\n", ["", ""])],
)
def test_lines_end_at_line_feeds_only(text: str, lines: list[str]) -> None:
    assert list(lines_of(text)) == lines


def test_a_long_line_continues_on_the_next() -> None:
    assert "".join(lines_of("x" * 40_000)) == "x" * 40_000
    assert [len(line) for line in lines_of("x" * 40_000)] == [16_384, 16_384, 7_232]


@given(IDS)
@example("..")
@example("A.b")
def test_a_file_name_is_no_path_and_gives_back_its_word(word: str) -> None:
    name = file_name(word)
    assert word_of(name) == word
    assert "/" not in name
    assert name not in (".", "..")
    assert not name.startswith(".")
    assert len(name) <= 255


@given(IDS, IDS)
@example("A", "a")
def test_words_differ_where_letter_case_does_not_count(one: str, other: str) -> None:
    if one != other:
        assert file_name(one).casefold() != file_name(other).casefold()


@pytest.mark.parametrize("word", ["", "a/b", "a\x00", "ü", "a b"])
def test_what_is_no_id_has_no_file_name(word: str) -> None:
    with pytest.raises(ValueError, match="not an id"):
        file_name(word)


def test_tail_takes_the_last_lines() -> None:
    assert tail_of("a\nb\nc\n", 2) == "b\nc\n"
    assert tail_of("a\n", 0) == ""
