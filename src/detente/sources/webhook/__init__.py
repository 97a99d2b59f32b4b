"""Events that other systems send: signed as Standard Webhooks says, or to a secret address. See README.md."""
