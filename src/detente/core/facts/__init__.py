"""Facts: the immutable rows everything else is derived from (specification §1)."""
