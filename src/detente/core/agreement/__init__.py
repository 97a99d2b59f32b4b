"""The working agreement: text in, compiled clauses out (specification §§2-10)."""
