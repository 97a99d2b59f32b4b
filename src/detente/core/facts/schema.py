"""The columns of the fact, link and quarantine tables. Every source writes them, every reader counts on them.

Types are those of Parquet and SQL: string, int64, double, bool, binary. Instants are int64 microseconds UTC.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, its type, whether it may be null, and what it holds."""

    name: str
    type: str
    nullable: bool
    doc: str


PAYLOAD_COLUMNS = (
    Column("channel", "string", True, "how the lead came, or the medium of a sales touch"),
    Column("campaign", "string", True, "the campaign, in the source's own words"),
    Column("content", "string", True, "the piece of content"),
    Column("form", "string", True, "the form submitted"),
    Column("page", "string", True, "the page viewed"),
    Column("url", "string", True, "the address of the page"),
    Column("direction", "string", True, "of a touch: out or in"),
    Column("automated", "bool", True, "whether a machine made the touch"),
    Column("outcome", "string", True, "what came of the touch"),
    Column("reason", "string", True, "of a disposition or a lost deal"),
    Column("deal", "string", True, "the source's own id of the deal"),
    Column("amount", "double", True, "money, in the agreement's currency"),
)
"""Payload values that have a column of their own; all others are in `extra`."""

FACT_COLUMNS = (
    Column("fact_id", "string", False, "128 bit in hex; with `record` the identity of a row"),
    Column("subject", "string", False, "person, account or deal"),
    Column("source", "string", False, "the system it comes from"),
    Column(
        "record",
        "string",
        True,
        "the source's own id of the person, or of the company for subject account; null for a deal without contact",
    ),
    Column("account", "string", True, "the source's own id of the company"),
    Column("source_id", "string", True, "the source's own id of the fact"),
    Column("kind", "string", False, "what happened, or `enrich` for attribute values"),
    Column("occurred_at", "int64", False, "when it happened"),
    Column("known_at", "int64", False, "when the company could first act on it"),
    *PAYLOAD_COLUMNS,
    Column(
        "extra",
        "string",
        True,
        "canonical JSON of all other payload values; for `enrich`, attribute path → value; null if there are none",
    ),
    Column("load_id", "string", False, "the load that brought it"),
)
"""One row a fact; a deal fact with several contacts is one row per contact, all with the same `fact_id`."""

LINK_COLUMNS = (
    Column("source", "string", False, "the system that says so"),
    Column(
        "record",
        "string",
        False,
        "its own id of the person; of the company, of the deal where the relation is of those",
    ),
    Column(
        "relation",
        "string",
        False,
        "same_as: the same person elsewhere; account: the person's company; same_account: the same company elsewhere; "
        "deleted: the record is gone there; restored: it is there again",
    ),
    Column("other_source", "string", False, "the other system; for account, deleted and restored, the same one"),
    Column("other_record", "string", False, "the id there; for deleted and restored: person, account or deal"),
    Column("known_at", "int64", False, "when the link was first known; for deleted and restored, since when"),
    Column("load_id", "string", False, "the load that brought it"),
)

QUARANTINE_COLUMNS = (
    Column("run", "string", False, "the load"),
    Column("file", "string", False, "the file's name; a member of a zip as archive.zip/member"),
    Column("file_sha256", "string", False, "of the file as it was given"),
    Column("line", "int64", False, "the physical line the record begins on, from 1; in Parquet the row, from 1"),
    Column("offset", "int64", True, "the byte it begins at in the uncompressed file; null in Parquet"),
    Column("class", "string", False, "one of the classes of the mapping reference"),
    Column("column", "string", True, "the column the trouble is in, if it is in one"),
    Column("message", "string", False, "what is wrong and how to mend it"),
    Column("raw", "binary", False, "the record's bytes, at most the first 64 kB"),
)
