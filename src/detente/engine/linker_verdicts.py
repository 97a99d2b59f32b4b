"""What to do with each pair: join without asking, ask, or hold apart; with the reasons in words.

Input: how the candidate pairs agree, and what agreement is worth. The weight of a pair is the sum of its fields' and of
what a system's link is worth; the probability follows from it. A pair is joined without asking if nothing is doubtful
about it (`core.identity.evidence`), nothing in its surroundings contradicts it (`linker_graph`), and of all pairs so
joined no more than `FALSE_JOINS` are expected to be wrong.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from detente.core.evidence.labels import corrected
from detente.core.identity.decisions import Rule
from detente.core.identity.evidence import UNKNOWN, Agreement, contradicts, doubts, words
from detente.engine.linker_graph import Graph, consistent
from detente.engine.linker_model import COMPARISONS, FLAGS
from detente.engine.linker_scores import Floats, weights
from detente.engine.linker_training import Learned
from detente.engine.linking import PAIRS

FALSE_JOINS = 0.005
SURE = 0.9
"""No pair less likely than this is joined without asking, whatever the others are like."""

WORTH_ASKING = 0.02
"""Pairs less likely than this are nobody's question."""

_RIGHT, _WRONG = 38.0, 2.0
"""How many right and wrong links between systems experience counts for."""

_SHARED_MAIL = [
    number for number, level in enumerate(COMPARISONS["email"].levels) if level.name in ("same", "same private", "look")
]
_BASE = 1 + max(len(comparison.levels) for comparison in COMPARISONS.values())
_UNLIKELY = 0.49
_DIGITS = 12
"""Decimals that count: those behind hang on where in a column a pair stands, and on the machine."""

_TOLD = 60.0
"""Weight, in bits, of what a person said."""

_Texts = npt.NDArray[Any]


@dataclass(frozen=True)
class Judged:
    """`pairs` as `linking.PAIRS`; `learned` with what was learned on the way."""

    pairs: pa.Table
    learned: Learned


def judged(people: pa.Table, agreed: pa.Table, learned: Learned) -> Judged:
    """Return what to do with every pair worth a word.

    That is, with those that may be one, that a system or a person spoke of, or that share an address.
    """
    weight, learned = weighed(agreed, learned)
    patterns, judgements = _judgements(agreed)
    contradicting, doubtful = (np.array([row[of] for row in judgements], dtype=bool)[patterns] for of in (0, 1))
    answer = agreed["answer"].cast(pa.int8()).fill_null(-1).to_numpy()
    same, apart = answer == 1, (answer == 0) | (contradicting & (answer < 0))
    links = consistent(Graph(agreed["id_l"].to_numpy(), agreed["id_r"].to_numpy(), weight, apart))
    probability = np.where(links.broken | apart, np.minimum(_probability(weight), _UNLIKELY), _probability(weight))
    sure = (probability >= SURE) & ~doubtful & ~links.rival
    if learned.merge_from is None:
        learned = learned._replace(merge_from=_merge_from(probability[sure]))
    merge = same | (sure & (probability >= learned.merge_from))
    verdict = np.where(merge, "merge", np.where(apart, "apart", "ask"))
    kept = (probability >= WORTH_ASKING) | (answer >= 0) | agreed["stated"].to_numpy(zero_copy_only=False)
    kept = np.flatnonzero(kept | np.isin(agreed["email"].to_numpy(), _SHARED_MAIL))
    why = [json.dumps(judgement[2], ensure_ascii=False) for judgement in judgements]
    chosen = agreed.take(pa.array(kept))
    pairs = _pairs(people, chosen, np.array(why, dtype=object)[patterns[kept]], probability[kept], verdict[kept])
    return Judged(pairs, learned)


def _pairs(people: pa.Table, agreed: pa.Table, why: _Texts, probability: Floats, verdict: _Texts) -> pa.Table:
    """Return the pairs as `PAIRS`."""
    one, other = people.take(agreed["id_l"].combine_chunks()), people.take(agreed["id_r"].combine_chunks())
    mail = np.isin(agreed["email"].to_numpy(), _SHARED_MAIL[:2])
    stated = agreed["stated"].to_numpy(zero_copy_only=False)
    rule = np.where(stated, Rule.SAME_AS.value, np.where(mail, Rule.EMAIL.value, Rule.LINKED.value))
    columns = [
        *(one["source"], one["record"], other["source"], other["record"], pa.array(rule, pa.string())),
        *(pa.array(probability), pa.array(verdict, pa.string()), pa.array(why, pa.string())),
    ]
    return pa.table(columns, schema=PAIRS)


def questions(pairs: pa.Table) -> pa.Table:
    """Return the pairs to ask about, those nearest to even odds first."""
    asked = pairs.filter((pc.field("verdict") == "ask") & (pc.field("probability") >= WORTH_ASKING))
    distance = pc.abs(pc.subtract(asked["probability"], 0.5))
    order = [("distance", "ascending"), *((key, "ascending") for key in PAIRS.names[:4])]
    return asked.append_column("distance", distance).sort_by(order).select(PAIRS.names)


def weighed(agreed: pa.Table, learned: Learned) -> tuple[Floats, Learned]:
    """Return the weight of each pair, in bits of log odds.

    How many pairs there are to find, and what share of systems' links is right, is learned from the pairs on the way.
    """
    by_field = np.column_stack(list(weights(agreed, learned.probabilities).values()))
    fields: Floats = by_field.sum(axis=1)
    stated = agreed["stated"].to_numpy(zero_copy_only=False)
    right = learned.right
    if right is None:
        pairs = learned.records * (learned.records - 1) / 2
        prior = _share(fields[~stated], learned.prior, pairs, (0.5, 0.5))
        right = _share(fields[stated], _RIGHT / (_RIGHT + _WRONG), float(stated.sum()), (_RIGHT, _WRONG))
        learned = learned._replace(prior=prior, right=right)
    share = np.where(stated, right, learned.prior)
    answer = agreed["answer"].cast(pa.int8()).fill_null(-1).to_numpy()
    weight = _taught(by_field, np.log2(share / (1 - share)), answer)
    return np.where(answer == 1, _TOLD, np.where(answer == 0, -_TOLD, weight)), learned


def _taught(by_field: Floats, rest: Floats, answer: npt.NDArray[np.int8]) -> Floats:
    """Return the weight of each pair, with what the answers teach about the weights of fields."""
    asked = answer >= 0
    nat = np.log(2)
    found = corrected((by_field[asked] * nat).tolist(), (rest[asked] * nat).tolist(), (answer[asked] == 1).tolist())
    scales = np.array(found.scales) if found.scales else np.ones(by_field.shape[1])
    weight: Floats = np.round(rest + found.shift / nat + by_field @ scales, _DIGITS)
    return weight


def _share(fields: Floats, start: float, pairs: float, known: tuple[float, float]) -> float:
    """Return which share of so many pairs is one person's (expectation maximisation).

    `fields`: weights of those that may be; `known`: pairs of one person and of two that count beside them.
    """
    share = start
    for _ in range(100):
        found = float(np.sum(_probability(fields + np.log2(share / (1 - share)))))
        share = (found + known[0]) / (pairs + sum(known))
    return share


def _probability(weight: Floats) -> Floats:
    found: Floats = np.round(1 / (1 + np.exp2(-np.clip(weight, -60, 60))), _DIGITS)
    return found


def _merge_from(probability: Floats) -> float:
    """Return the least probability such that no more than `FALSE_JOINS` of the pairs above are expected to be wrong."""
    ordered = np.sort(probability)[::-1]
    wrong = np.cumsum(1 - ordered) / np.arange(1, len(ordered) + 1)
    within = np.flatnonzero(wrong <= FALSE_JOINS)
    return float(ordered[within[-1]]) if len(within) else 1.0


def _judgements(agreed: pa.Table) -> tuple[npt.NDArray[np.int64], list[tuple[bool, bool, tuple[str, ...]]]]:
    """Return the number of each pair's pattern; and of each pattern: whether it contradicts, whether it is doubtful,
    and what it says in words.
    """
    names = (*COMPARISONS, "stated", *FLAGS)
    code = np.zeros(len(agreed), dtype=np.int64)
    for name in names:
        code = code * _BASE + agreed[name].to_numpy(zero_copy_only=False).astype(np.int64) + 1
    distinct, patterns = np.unique(code, return_inverse=True)
    found = []
    for number in distinct.tolist():
        row = [number // _BASE ** (len(names) - 1 - place) % _BASE - 1 for place in range(len(names))]
        levels = zip(COMPARISONS.values(), row, strict=False)
        told = [comparison.levels[level].name if level >= 0 else UNKNOWN for comparison, level in levels]
        pattern = Agreement(*told, *map(bool, row[len(told) :]))  # type: ignore[arg-type]
        doubt = doubts(pattern)
        found.append((contradicts(pattern), bool(doubt), (*words(pattern), *(f"? {text}" for text in doubt))))
    return patterns, found
