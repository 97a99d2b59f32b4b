"""Letters that differ in writing but not to the reader: width, case, accents, what cannot be seen, look-alikes.

Input: names and addresses as people typed them.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_PLAIN = str.maketrans(
    {"ß": "ss", "ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h", "ĸ": "k"}
)
_APOSTROPHES = re.compile(r"['’‘`´ʼ]")
_UMLAUTS = re.compile(r"(?<=[aou])e(?=[b-df-hj-np-tv-z])")
_BETWEEN = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """Return the text in small plain letters, words parted by one blank: "Ｏ’Brien-Łuk" is "obrien luk".

    Latin letters lose their accents; letters of other scripts stay as they are.
    """
    if text.isascii():
        if text.isalnum():
            return text.lower()
    else:
        bare = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold()).translate(_PLAIN)
        text = "".join(c for c in bare if unicodedata.category(c) not in ("Mn", "Cf"))
    return _BETWEEN.sub(" ", _APOSTROPHES.sub("", text.lower())).strip()


@lru_cache(maxsize=100_000)  # parts of names repeat
def without_umlauts(folded: str) -> str:
    """Return a folded text in which ü written ue is u as well, so that Mueller, Müller and Muller are one."""
    return _UMLAUTS.sub("", folded)


def latin_look(text: str) -> str:
    """Return the text with letters of another script replaced by the Latin ones they pass for.

    Only in words that hold Latin letters too: a word wholly in Cyrillic is what it says.
    """
    if text.isascii():
        return text
    return re.sub(r"[^\W\d_]+", lambda word: _latin_word(word[0]), text)


def passes_for_latin(text: str) -> bool:
    """Whether a word of the text mixes Latin letters with look-alikes of another script."""
    return latin_look(text) != text


def _latin_word(word: str) -> str:
    if word.isascii() or not any(_is_latin(c) for c in word):
        return word
    return "".join(c if _is_latin(c) else _latin_letter(c) for c in word)


def _is_latin(letter: str) -> bool:
    return letter.isascii() or unicodedata.name(letter, "").startswith(("LATIN", "FULLWIDTH LATIN"))


@lru_cache(maxsize=4096)
def _latin_letter(letter: str) -> str:
    from confusable_homoglyphs import confusables

    found = confusables.is_confusable(letter, preferred_aliases=["latin"], greedy=True)
    for look in found[0]["homoglyphs"] if found else ():
        if len(look["c"]) == 1 and look["c"].isascii() and look["c"].isalpha():
            return str(look["c"]).lower() if letter.islower() else str(look["c"])
    return letter
