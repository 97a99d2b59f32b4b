"""Who gets credit, what was delivered and what attained (specification §§5, 7)."""
