"""The ports: what the use cases and questions need of the outside, one file a port."""
