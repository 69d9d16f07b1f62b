"""The code of the plan's `python` steps: plain functions, typed, without a word about DVT."""

from collections import Counter


def greet(name: str) -> dict[str, str]:
    """Make a greeting."""
    print(f"greeting {name}")  # noqa: T201 - what a step prints is kept as its log
    return {"greeting": f"Hello, {name}!"}


def count_letters(text: str) -> dict[str, int]:
    """Count letters, in alphabetical order."""
    letters = Counter(letter for letter in text.lower() if letter.isalpha())
    return dict(sorted(letters.items()))
