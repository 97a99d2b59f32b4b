"""One file per question that a person asks; frozen dataclasses out, nothing written."""
