"""Text of any encoding as UTF-8, without losing where each byte stood in the file.

Input: an uncompressed stream. Bytes that are no text in the encoding become bytes that are no UTF-8, so that the
reader sets exactly their records aside; `original` gives the bytes of the file back.
"""

from __future__ import annotations

import codecs
from typing import Protocol

import numpy as np
import numpy.typing as npt

from detente.sources.files.framing import Positions

BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_HALF_A_CHARACTER = "\udcff".encode("utf-8", "surrogatepass")
"""What a file of UTF-16 or UTF-32 that breaks off ends in: no UTF-8, so that its last record is set aside."""


class Readable(Protocol):
    """A stream of bytes."""

    def read(self, size: int, /) -> bytes:
        """Return up to `size` bytes; nothing at the end."""


class Utf8Stream:
    """Reads a stream as UTF-8. `encoding` is a codec's name as `detecting.usable_encoding` returns it."""

    def __init__(self, stream: Readable, encoding: str) -> None:
        self._stream = stream
        self._encoding = encoding
        self._errors = "surrogatepass" if encoding.startswith("utf-") else "surrogateescape"
        self._plain = encoding == "utf-8"
        self._decoder = codecs.getincrementaldecoder(encoding)(errors=self._errors)
        self._sizes = _sizes(encoding)
        self._ended = False

    def read(self, size: int) -> bytes:
        """Return about `size` bytes of UTF-8; nothing at the end of the file."""
        if self._plain:
            return self._stream.read(size)
        text = b""
        while not text and not self._ended:
            data = self._stream.read(size)
            self._ended = not data
            try:
                text = self._decoder.decode(data, final=self._ended).encode("utf-8", "surrogatepass")
            except UnicodeDecodeError:
                text = _HALF_A_CHARACTER
        return text

    def size(self, text: bytes) -> int:
        """Return how many bytes of the file this stretch of UTF-8 was."""
        if self._plain:
            return len(text)
        if self._sizes is None:
            return len(self.original(text))
        return int(self._sizes[np.frombuffer(text, dtype=np.uint8)].sum())

    def offsets(self, text: bytes, starts: Positions) -> Positions:
        """Return how many bytes of the file stand before each of these (ascending) positions of the stretch."""
        if self._plain:
            return starts
        if self._sizes is None:
            lengths = [self.size(text[a:b]) for a, b in zip([0, *starts[:-1]], starts, strict=True)]
            return np.cumsum(lengths, dtype=np.int64)
        before = np.concatenate(([0], np.cumsum(self._sizes[np.frombuffer(text, dtype=np.uint8)], dtype=np.int64)))
        return before[starts]

    def original(self, text: bytes) -> bytes:
        """Return the bytes of the file that this stretch of UTF-8 was."""
        if self._plain:
            return text
        return text.decode("utf-8", "surrogatepass").encode(self._encoding, self._errors)


def _sizes(encoding: str) -> npt.NDArray[np.int64] | None:
    """Return, for the first byte of a character in UTF-8, its size in the encoding (0 for the bytes that follow it).

    None where the size does not follow from that byte: in the encodings of one or two bytes.
    """
    if encoding.startswith("utf-16"):
        basic, beyond = 2, 4
    elif encoding.startswith("utf-32"):
        basic = beyond = 4
    elif is_single_byte(encoding):
        basic = beyond = 1
    else:
        return None
    sizes = np.full(256, basic, dtype=np.int64)
    sizes[0x80:0xC0] = 0
    sizes[0xF0:] = beyond
    return sizes


def is_single_byte(encoding: str) -> bool:
    """Return whether every byte is a character by itself."""
    try:
        return len(bytes(range(256)).decode(encoding, "replace")) == 256
    except (LookupError, UnicodeError):
        return False
