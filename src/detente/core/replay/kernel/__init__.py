"""The compiled replay: one state machine over flat arrays, for the batch and for one lead.

The only place in core with an array library; nothing on the command line's way imports it.
"""
