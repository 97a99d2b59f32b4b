"""What each figure of data health means: said on the command line, in JSON and on the screens alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Meaning(NamedTuple):
    """A part of data health: its title, what its figures are, and what its n counts."""

    title: str
    words: str
    n: str


MEANINGS: Mapping[str, Meaning] = {
    "sources": Meaning(
        "Sources",
        "Up to when each source has told something. Usual: the longest silence of a usual week, the median over the "
        "latest eight weeks in which it told anything; fewer than four are no habit. Late: silent for twice as long.",
        "facts known by the snapshot's instant",
    ),
    "syncs": Meaning(
        "Syncs",
        "When each stream was last read to its end, and what the latest run ended with, if it did not finish.",
        "rows read by all runs",
    ),
    "events": Meaning(
        "Events that systems send",
        "What became of deliveries at /hook/SOURCE/ since the first one. One that came again counts once; of what was "
        "refused nothing else is kept, and of a source that there is not, not even its name.",
        "deliveries that were kept or refused",
    ),
    "intake": Meaning(
        "Records",
        "What became of every record of every load: accepted + duplicate + quarantined = records. A file that was read "
        "again counts again. Open: set aside, and neither mended nor read since.",
        "records of finished loads",
    ),
    "set_aside": Meaning(
        "Facts that do not count",
        "Facts that are in nobody's timeline: impossible by their times, made by a machine, of a deal deleted at its "
        "source, or of an account nobody is known at.",
        "facts known by the snapshot's instant",
    ),
    "fields": Meaning(
        "Fields the agreement reads",
        "For how many leads each attribute that a clause reads has a value, and how old the latest one is (median, and "
        "90th percentile). Too old: past the age that authority.yaml gives its owner's values.",
        "leads",
    ),
    "unknowns": Meaning(
        "Verdicts that hinge on something unknown",
        "Leads whose latest entry could have gone otherwise, had everything been known, and which attributes of the "
        "stage's condition were unknown at the entry.",
        "leads in the stage",
    ),
    "duplicates": Meaning(
        "Held more than once",
        "Records of one system beyond the first of the same person or account; deleted records left aside.",
        "records of the system",
    ),
    "reviews": Meaning(
        "Same or not?",
        "Pairs that are too alike to be apart and not alike enough to be joined without asking.",
        "pairs that wait for a person",
    ),
    "conflicts": Meaning(
        "Contradictions",
        "Another system contradicts the owner of a field with a later value, or owners who share a field differ. Both "
        "values are kept.",
        "fields of persons and accounts",
    ),
    "stages": Meaning(
        "Agreement and CRM: same stage?",
        "Leads by the stage here and the stage the CRM gives; they agree if they are spelled alike. The CRM is "
        "compared, never obeyed.",
        "leads of which the CRM gives a stage",
    ),
    "consent": Meaning(
        "Consent",
        "What is known of consent. Withdrawn: a withdrawal of any purpose, or an unsubscribe, is at or after the last "
        "grant.",
        "leads",
    ),
    "mail": Meaning(
        "Mail opened by machines",
        "Opens and clicks that no person made: by their source's word, the program's name, or their haste. They are "
        "kept and never count.",
        "opens and clicks",
    ),
}
"""By the name of the part, in the order in which they are told."""
