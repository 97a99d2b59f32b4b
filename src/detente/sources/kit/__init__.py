"""What every connector stands on: the shape of a connector, and the ways of asking a system over the network."""
