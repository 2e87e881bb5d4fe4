"""Which language a query is in, as far as its script tells, and what languages are called."""

import unicodedata
from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QLocale

# Letters before this are those of the Latin script, or signs for them.
_LATIN_ENDS = "\u036f"

# The first that is found decides: Japanese is written with Han characters, too.
_SCRIPTS = (("HIRAGANA", "ja"), ("KATAKANA", "ja"), ("CJK", "zh"), ("HANGUL", "ko"))


def language_of(query: str) -> str | None:
    """The ISO 639 code of a query's language, where its script is not the Latin one.

    Returns:
        "zh", "ja" or "ko"; "mul" for every other script, which many languages may share; None
        where all letters are Latin.
    """
    names = [unicodedata.name(c, "") for c in query if c > _LATIN_ENDS and c.isalpha()]
    foreign = [name for name in names if "LATIN" not in name]
    for script, language in _SCRIPTS:
        if any(script in name for name in foreign):
            return language
    return "mul" if foreign else None


def language_name(code: str) -> str:
    """What a language is called, for the middle of a sentence."""
    if code == "mul":
        return QCoreApplication.translate("Languages", "other languages")
    return QLocale.languageToString(QLocale(code).language())


def languages_in_words(codes: Sequence[str]) -> str:
    """What a model understands, for a list of facts; "" where that is not known."""
    if "mul" in codes:
        return QCoreApplication.translate("Languages", "Many languages, Chinese among them")
    return ", ".join(language_name(code) for code in codes)
