"""The numbers a timeline store speaks in: an agreement's program, shapes of facts, codes of texts, keys of persons.

Numbers are given once and never again to something else, so that a fact stored today means the same tomorrow. Input:
an agreement, and what a manifest kept of shapes and texts.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from hashlib import blake2b
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from detente.core.agreement.agreement import Timeline
from detente.core.agreement.expressions import Idle, Measure
from detente.core.facts.fact import ENRICH
from detente.core.replay.program import compile_program
from detente.core.replay.shapes import Column, ShapeBook, shape_table
from detente.core.replay.tables import leaf_operands, leaves
from detente.core.replay.waking import depends_on_the_moment

if TYPE_CHECKING:
    from detente.core.replay.kernel.memory import Code

Int = NDArray[np.int64]

KEY_BITS = 63


class Words:
    """The words of one agreement; `shapes` and `texts` as a manifest kept them."""

    def __init__(self, agreement: Timeline, shapes: Iterable[Sequence[Any]] = (), texts: Iterable[str] = ()) -> None:
        self.agreement = agreement
        self.program = compile_program(agreement)
        for word in texts:
            self.program.tables.texts.code(word)
        self.book = ShapeBook(self.program)
        for kind, payload in shapes:
            self.book.number(kind, {name: _value(value) for name, value in payload.items()})

    @property
    def hash(self) -> str:
        """The name of everything the numbers rest on: the agreement, and the program that reads it."""
        versions = [f"{each.version} {each.effective} {each.hash}" for each in self.agreement.versions]
        rests_on = "\n".join([version("detente"), self.agreement.id, *versions])
        return blake2b(rests_on.encode(), digest_size=16).hexdigest()

    @property
    def shapes(self) -> tuple[tuple[str, dict[str, Any]], ...]:
        """The shapes, as a manifest keeps them."""
        return tuple(
            (shape.kind, {name: _kept(value) for name, value in shape.payload.items()}) for shape in self.book.shapes
        )

    @property
    def texts(self) -> tuple[str, ...]:
        """The texts, as a manifest keeps them."""
        return tuple(self.program.tables.texts.words)

    def code(self, first: int, last: int) -> Code:
        """Return what the kernel runs, over facts between two instants."""
        from detente.core.replay.kernel.memory import lay_out

        return lay_out(self.program, shape_table(self.book), first, last)

    def is_event(self) -> NDArray[np.bool_]:
        """Return by shape whether it is an event: attribute values come before events of the same instant."""
        return np.array([shape.kind != ENRICH for shape in self.book.shapes], bool)

    def moves_by_itself(self) -> bool:
        """Whether a lead's state may differ at an instant at which nothing falls due.

        So it is where an age is compared in a way that turns beside its limit, and where a persona is told by windows
        or ages, which the replay does not wake for.
        """
        versions = self.agreement.versions
        return any(map(depends_on_the_moment, versions)) or any(
            isinstance(operand, Idle | Measure)
            for version in versions
            for persona in version.personas
            for leaf in leaves(persona.when)
            for operand in leaf_operands(leaf)
        )


def keys_of(persons: Sequence[str]) -> tuple[Int, Int]:
    """Return each person's key, by which leads are sorted and bucketed, and 64 more bits to tell persons apart."""
    digests = b"".join(blake2b(person.encode(), digest_size=16).digest() for person in persons)
    both = np.frombuffer(digests, np.int64).reshape(-1, 2)
    return both[:, 0] & np.int64((1 << KEY_BITS) - 1), both[:, 1].copy()


def bucket_edges(buckets: int) -> Int:
    """Return the first key of each bucket; `buckets` is a power of two."""
    return np.arange(buckets, dtype=np.int64) << (KEY_BITS - (buckets.bit_length() - 1))


def _kept(value: Any) -> Any:  # noqa: ANN401  a payload value or a column
    return {"column": value.place, "text": value.text} if isinstance(value, Column) else value


def _value(kept: Any) -> Any:  # noqa: ANN401
    return Column(kept["column"], kept["text"]) if isinstance(kept, dict) else kept
