"""Statistics: intervals and censored durations. The only place in core that may import scipy."""
