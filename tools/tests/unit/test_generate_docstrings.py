"""Docstrings of generated code fit their lines and say the same."""

import ast

from tools.generate import WIDTH, broken

LONG = "One sentence that stands first. " + "More words follow here, " * 12 + "and it ends."


def docstring(module: str) -> str:
    (found,) = (node for node in ast.walk(ast.parse(module)) if isinstance(node, ast.ClassDef))
    return ast.get_docstring(found) or ""


def test_a_docstring_that_fits_stays() -> None:
    module = 'class A:\n    """Short."""\n\n    x: int\n    """Also short."""\n'
    assert broken(module) == module


def test_a_long_one_becomes_a_first_sentence_and_lines() -> None:
    lines = broken(f'class A:\n    """{LONG}"""\n').splitlines()
    assert lines[1] == '    """One sentence that stands first.'
    assert lines[2] == ""
    assert max(map(len, lines)) <= WIDTH
    assert lines[-1] == '    """'


def test_no_word_is_lost() -> None:
    module = broken(f'class A:\n    """{LONG}"""\n')
    assert " ".join(docstring(module).split()) == LONG


def test_a_long_first_sentence_is_broken_too() -> None:
    lines = broken(f'class A:\n    """{"word " * 60}end."""\n').splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert "" not in lines
