"""The command line: arguments in, calls to `app` and `core` out, results as tables or JSON. No rule lives here.

main.py       the entry point: one place that turns every error into a message and an exit code
shell.py      what every command shares: --dir, --json, --no-color, --debug, and the two consoles
texts.py      which files under the given paths are agreements, and which of them are one timeline
commands/     one file a command
show/         how results look in a terminal
"""
