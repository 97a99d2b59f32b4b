"""Consent: every outgoing touch judged under every rule (specification §6), over the lead as it then stands.

Arrays: see `replay.layout`.
"""

from __future__ import annotations

from typing import Any

from detente.core.replay.kernel.evaluate import run
from detente.core.replay.kernel.jit import compiled, i8, once
from detente.core.replay.kernel.observe import is_visible
from detente.core.replay.kernel.results import new_row
from detente.core.replay.layout import (
    CONSENTS, CONSENT_ROW_W, CONSENT_W, H_SHAPES, H_VERSIONS, IS_OUTGOING, P_FLAGS, P_WORD, P_WORD_2, SHAPE_W,
    S_LEAD, S_NOW, S_VERSION, VERSION_W, V_CONSENT, V_CONSENT_N, WORD_W,
)  # fmt: skip

Array = Any
"""A numpy array; numba knows which."""


@compiled(i8, i8, i8)
def broken_word(
    rule: int, word: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> int:  # fmt: skip
    """Return the channel word if a consent rule that holds forbids it or its requirement fails, else -1."""
    for k in range(Q[rule + 2], Q[rule + 2] + WORD_W * Q[rule + 3], WORD_W):
        if word >= 0 and Q[k] == word and (Q[k + 1] < 0 or run(Q[k + 1], -1, Q, C, T, K, H, R, S, F, L, O, G) & 1 == 0):
            return word
    return -1


@once
def judge_touches(
    first: int, end: int,
    Q: Array, C: Array, T: Array, K: Array, H: Array, R: Array, S: Array, F: Array, L: Array, O: Array, G: Array,
) -> None:  # fmt: skip
    """Judge every outgoing touch of this instant under every consent rule."""
    version = Q[H_VERSIONS] + S[S_VERSION] * VERSION_W
    for i in range(first, end):
        shape = Q[H_SHAPES] + H[i] * SHAPE_W
        if Q[shape + P_FLAGS] & IS_OUTGOING and is_visible(i, Q, C, T, K, H, R, S, F, L, O, G):
            for k in range(
                Q[version + V_CONSENT], Q[version + V_CONSENT] + CONSENT_W * Q[version + V_CONSENT_N], CONSENT_W
            ):
                word = -1
                if run(Q[k + 1], -1, Q, C, T, K, H, R, S, F, L, O, G) & 1 == 1:
                    word = broken_word(k, Q[shape + P_WORD], Q, C, T, K, H, R, S, F, L, O, G)
                    if word < 0:
                        word = broken_word(k, Q[shape + P_WORD_2], Q, C, T, K, H, R, S, F, L, O, G)
                if word >= 0:
                    row = new_row(CONSENTS, CONSENT_ROW_W, Q, C, T, K, H, R, S, F, L, O, G)
                    O[row], O[row + 1], O[row + 2] = S[S_LEAD], Q[k], S[S_NOW]
                    O[row + 3], O[row + 4], O[row + 5] = S[S_VERSION], i, word
