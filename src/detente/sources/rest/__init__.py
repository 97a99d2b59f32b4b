"""Any REST API that answers in JSON: described in a text instead of code. See README.md."""
