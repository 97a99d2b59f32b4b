"""Business time: which hours count, and when a target is due (specification §5)."""
