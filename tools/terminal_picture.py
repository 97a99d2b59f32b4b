"""Draw what a command prints as an SVG, for the README and the documentation.

    tools/terminal_picture.py docs/assets/scoreboard.svg 34 -- detente scoreboard --dir demo --period 2026Q3

The picture is the first lines of the command's own output, colours included; it loads no font from anywhere.
"""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import TerminalTheme
from rich.text import Text

WIDTH = 84
DARK, RED, GREEN, AMBER, SALES, VIOLET, TEAL, GREY = (
    *((32, 48, 54), (176, 58, 46), (44, 122, 75), (154, 103, 0)),
    *((31, 111, 139), (125, 74, 138), (20, 120, 120), (98, 116, 124)),
)
THEME = TerminalTheme((250, 251, 251), DARK, [DARK, RED, GREEN, AMBER, SALES, VIOLET, TEAL, GREY])


def picture(lines: int, command: list[str]) -> str:
    """Run a command and return the first lines of its output as an SVG."""
    environment = {**os.environ, "COLUMNS": str(WIDTH), "FORCE_COLOR": "1", "TERM": "xterm-256color"}
    printed = subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True).stdout.decode()
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True, color_system="truecolor")
    shown = "\n".join(printed.splitlines()[:lines]).rstrip()
    console.print(Text.from_ansi(shown), no_wrap=True, crop=True)
    drawn = console.export_svg(title=" ".join(command), theme=THEME, unique_id="detente")
    drawn = re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL)
    return drawn.replace("Fira Code, monospace", "ui-monospace, Menlo, Consolas, monospace")


def main() -> int:
    """Draw the picture that the arguments ask for."""
    if "--" not in sys.argv or sys.argv.index("--") != 3:
        sys.stderr.write(f"usage:{(__doc__ or '').split(chr(10))[2]}\n")
        return 2
    target, lines, _, *command = sys.argv[1:]
    Path(target).write_text(picture(int(lines), command), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
