"""Business time: what hours count, and when a target is due (specification §5)."""
