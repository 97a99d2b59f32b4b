"""Use cases: one file per change in `operations`, one per question in `queries`, the seams to adapters in `ports`."""
