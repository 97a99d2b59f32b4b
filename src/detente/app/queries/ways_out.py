"""Which ways out of the revenue cycle are open again? Input: an agreement's stages."""

from __future__ import annotations

from detente.core.agreement.agreement import Agreement


def open_again(agreement: Agreement) -> frozenset[str]:
    """Return the exits from which the agreement lets a lead enter a stage of the cycle again.

    A computed stage is entered only from the stages it names; a recorded one that names none is entered from any, but
    that is how what happened is recorded, and opens no way.
    """
    ways = {name for stage in agreement.stages.values() if not stage.exit for name in stage.from_ or ()}
    return frozenset(name for name, stage in agreement.stages.items() if stage.exit and name in ways)
