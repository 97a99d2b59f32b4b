"""What a file is: its type from its name, its encoding and delimiter from its first bytes.

Input: names of files and the first bytes of their uncompressed content.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import PurePosixPath

from detente.core.errors import InputError
from detente.sources.files.careful import CarefulReader
from detente.sources.files.decoding import BOMS, is_single_byte
from detente.sources.files.limits import KB, Limits

HEAD = 256 * KB
"""How many bytes are looked at."""
TYPES = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".txt": "csv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "jsonl",
    ".parquet": "parquet",
}
DELIMITERS = (",", ";", "\t", "|")
_OTHER_SCRIPTS = ["cp1251", "koi8_r", "cp1253", "cp1255", "cp1256", "shift_jis", "euc_jp", "gb18030", "big5", "euc_kr"]
_BEYOND_ASCII = re.compile(rb"[\x80-\xff]+")
_SYMBOL_IN_WORD = re.compile(
    rb"[A-Za-z\xc0-\xff][\xa1\xa3\xa5\xaa\xac\xaf\xb2-\xb4\xb8-\xba\xbc-\xbf\xd7\xf7][a-z\xc0-\xff]|[\xa3\xa5\xaf][a-z]"
)
_UNREADABLE = ("utf-7", "iso2022", "hz", "cp037", "cp1140", "cp273", "cp500", "cp875", "idna", "punycode", "undefined")


@dataclass(frozen=True, slots=True)
class Encoding:
    """A codec's name, the size of the byte order mark in front, and how it was found."""

    name: str
    mark: int = 0
    found: str = "detected"


def type_of(name: str, declared: str | None) -> str | None:
    """Return csv, jsonl or parquet, or None if the name does not tell."""
    return declared or TYPES.get(PurePosixPath(name).suffix.lower())


def usable_encoding(name: str) -> str | None:
    """Return the codec's own name for an encoding whose ASCII is ASCII, or None if it cannot be read."""
    try:
        codec = codecs.lookup(name)
        ascii_is_ascii = "a,\n".encode(codec.name).decode("ascii") == "a,\n"
    except (LookupError, UnicodeError, AttributeError, TypeError):
        ascii_is_ascii = False
    wide = name.lower().replace("_", "-").startswith(("utf-16", "utf-32", "utf16", "utf32"))
    if wide:
        return _little_endian(codecs.lookup(name).name)
    if not ascii_is_ascii or codec.name.startswith(_UNREADABLE):
        return None
    return "utf-8" if codec.name == "utf-8-sig" else codec.name


def encoding_of(head: bytes, declared: str | None) -> Encoding:
    """Return the encoding of a file that begins with `head`.

    A byte order mark decides, then what is declared, then UTF-8 if there are no fewer valid characters beyond ASCII
    than invalid bytes (so that a damaged record does not make a UTF-8 file something else), then likelihood.
    """
    for mark, name in BOMS:
        if head.startswith(mark):
            return Encoding(name, len(mark), "byte order mark")
    if declared is not None:
        return Encoding(usable_encoding(declared) or "utf-8", 0, "declared")
    zeros = head[: 4 * KB].count(0)
    if zeros > len(head[: 4 * KB]) * 0.3:
        return Encoding("utf-16-le" if head[1::2].count(0) > head[0::2].count(0) else "utf-16-be")
    valid, invalid = _beyond_ascii(head)
    if valid >= invalid:
        return Encoding("utf-8")
    return Encoding(_likeliest(head))


def delimiter_of(text: bytes, final: bool, columns: Collection[str], limits: Limits) -> str:
    """Return the delimiter of CSV text (UTF-8) that begins with its header.

    It is the one under which the most mapped columns are in the header; then one that parts anything at all; then the
    one under which the most records have as many fields as the header; then the one that makes the most columns.
    """
    best, best_score = ",", (-1, False, -1.0, -1)
    for delimiter in DELIMITERS:
        found = CarefulReader((), delimiter, limits).header(text, 0, final)
        if found is None:
            continue
        record, names = found
        score = (
            len({name.strip() for name in names} & set(columns)),
            len(names) > 1,
            _share_of_whole_records(text, record.end, CarefulReader(tuple(names), delimiter, limits)),
            len(names),
        )
        if score > best_score:
            best, best_score = delimiter, score
    return best


def check_encoding_and_delimiter(encoding: str, delimiter: str) -> None:
    """Raise `InputError` where a byte that looks like the delimiter may be half a character."""
    if delimiter == "|" and not encoding.startswith("utf-") and not is_single_byte(encoding):
        raise InputError(f"fields parted by | cannot be told apart in {encoding}: convert the file to UTF-8 first")


def _share_of_whole_records(text: bytes, at: int, reader: CarefulReader, most: int = 100) -> float:
    whole = total = 0
    while at < len(text) and total < most:
        record = reader.read(text, at, final=False)
        if record is None:
            break
        at = record.end
        if record.fields is not None or record.trouble is not None:
            total += 1
            whole += record.fields is not None
    return whole / total if total else 1.0


def _beyond_ascii(head: bytes) -> tuple[int, int]:
    """Return how many characters beyond ASCII are valid UTF-8, and how many bytes are not."""
    text = codecs.getincrementaldecoder("utf-8")(errors="surrogateescape").decode(head)
    odd = [character for character in text if character > "\x7f"] if _BEYOND_ASCII.search(head) else []
    invalid = sum("\udc80" <= character <= "\udcff" for character in odd)
    return len(odd) - invalid, invalid


def _likeliest(head: bytes) -> str:
    """Return the likeliest of the encodings that exports come in.

    Latin scripts have single letters beyond ASCII, other scripts runs of them. Among the Latin ones it is cp1252, the
    most common by far, unless that would read symbols as parts of words: then it is the Central European one.
    """
    from charset_normalizer import from_bytes

    runs = [len(run) for run in _BEYOND_ASCII.findall(head)]
    latin = sum(run for run in runs if run < 3) * 2 >= sum(runs)
    if latin:
        return "cp1250" if _SYMBOL_IN_WORD.search(head) else "cp1252"
    best = from_bytes(head, cp_isolation=_OTHER_SCRIPTS).best()
    return best.encoding if best is not None else "cp1252"


def _little_endian(name: str) -> str:
    return f"{name}-le" if name in ("utf-16", "utf-32") else name
