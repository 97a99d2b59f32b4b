"""Replay: the agreement decides over the history of one lead (specification §§3-6, 8)."""
