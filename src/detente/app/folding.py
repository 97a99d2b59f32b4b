"""How a text is written when it is looked for: without case and without accents.

One way for what is kept and for what is asked, so that "kuhl" finds Kühllogistik. Input: names, companies, addresses.
"""

from __future__ import annotations

import unicodedata


def folded(text: str) -> str:
    """Return the text in lower case and without the marks of its letters; ß becomes ss."""
    if text.isascii():
        return text.lower()
    # Taking letters apart may leave capitals, and lower case letters that come apart: both are done twice.
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(sign for sign in plain if not unicodedata.combining(sign))
