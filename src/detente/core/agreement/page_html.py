"""The page as one self-contained HTML document: for a screen, or for paper with signature lines.

No script, no foreign host, no inline style: the style sheet stands in the document under its own hash, so that the
strictest content security policy shows it. Everything that comes from the agreement is escaped.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from html import escape
from textwrap import shorten

from detente.core.agreement.page_model import Line, Page, Section, anchor

_COMMON = """
:root { color-scheme: light; --ink: #1c2024; --quiet: #5b6470; --rule: #d5dae0; --ground: #ffffff; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink);
  font: 1rem/1.5 Inter, system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 52rem; margin: 0 auto; padding: 2rem 1.25rem 3rem; }
h1 { margin: 0 0 .25rem; font-size: 1.6rem; line-height: 1.25; }
h2 { margin: 1.75rem 0 .5rem; padding-top: .5rem; border-top: 1px solid var(--rule); font-size: 1.1rem; }
p { margin: 0; }
.about, .hash { color: var(--quiet); }
.hash { margin-top: 2rem; font-size: .8rem; overflow-wrap: anywhere; }
.parties { margin: 1rem 0 0; padding: 0; list-style: none; }
.line { display: grid; grid-template-columns: minmax(0, 1fr) minmax(8rem, 13rem); gap: .25rem 1.25rem;
  margin: .45rem 0; overflow-wrap: anywhere; }
.clauses { margin: 0; padding: 0; list-style: none; color: var(--quiet);
  font: .8rem/1.9 ui-monospace, Menlo, monospace; }
.clauses li:target { outline: 2px solid currentcolor; outline-offset: 2px; }
@media (max-width: 40rem) {
  .line { grid-template-columns: 1fr; }
  .clauses li { display: inline; margin-right: .75rem; }
}
"""

_SCREEN = """
@media (prefers-color-scheme: dark) {
  :root { color-scheme: dark; --ink: #e6e9ed; --quiet: #a2acb8; --rule: #3a424c; --ground: #16191d; }
}
"""

_FOOT = 60
"""How many signs of a name the foot of a sheet has room for."""

_SHEET = """
@page { size: A4; margin: 12mm 12mm 16mm;
  @bottom-left { content: "%s"; font: 7pt sans-serif; }
  @bottom-right { content: "page " counter(page) " of " counter(pages); font: 7pt sans-serif; } }
"""

_PAPER = """
body { font-size: 8pt; line-height: 1.32; }
main { max-width: none; padding: 0; }
h1 { font-size: 14pt; }
h2 { margin: 2.5mm 0 .5mm; padding-top: 1mm; font-size: 9.5pt; break-after: avoid; }
.sections { columns: 2; column-gap: 7mm; }
.sections > :first-child h2 { margin-top: 0; }
.line { display: block; margin: .7mm 0; break-inside: avoid; }
.line p, .clauses, .clauses li { display: inline; }
.clauses, .clauses li { font-size: 6.5pt; line-height: 1; }
.clauses li { margin-left: 1mm; }
.parties { margin-top: 2mm; }
.hash { margin-top: 3mm; font-size: 7pt; }
.signatures { display: flex; flex-wrap: wrap; gap: 4mm 8mm; margin: 4mm 0; padding: 0; list-style: none; }
.signatures li { flex: 1 1 50mm; margin-top: 11mm; padding-top: 1mm; border-top: 1px solid var(--ink); }
@media screen { main { max-width: 210mm; padding: 12mm; } }
"""


def as_html(page: Page) -> str:
    """Return the page for a screen: light or dark as the reader's system is."""
    return _document(page, _COMMON + _SCREEN, _parties(page))


def as_print(page: Page) -> str:
    """Return the page for paper: A4, black on white, signature lines; version and hash at the foot of every sheet."""
    return _document(page, _COMMON + sheet(page) + _PAPER, _signatures(page))


def sheet(page: Page) -> str:
    """Return the style of the paper itself: A4, and at the foot of every sheet the version, its hash, who signs."""
    signing = shorten(", ".join(each.party for each in page.signers if each.signs), _FOOT, placeholder="…")
    parts = (
        shorten(f"{page.agreement} {page.version}", _FOOT, placeholder="…"),
        f"SHA-256 {page.hash[:16]}",
        f"for {signing} to sign" if signing else "",
    )
    return _SHEET % _css_string(" · ".join(filter(None, parts)))


def _document(page: Page, style: str, people: str) -> str:
    policy = f"default-src 'none'; style-src 'sha256-{_digest(style)}'; base-uri 'none'; form-action 'none'"
    head = f"{page.title} · {page.agreement} {page.version}"
    anchored = {f"section-{number}" for number in range(1, len(page.sections) + 1)}
    sections = "\n".join(_section(number, each, anchored) for number, each in enumerate(page.sections, 1))
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">
<title>{escape(head)}</title>
<style>{style}</style>
</head>
<body>
<main>
<header>
<h1>{escape(page.title)}</h1>
<p class="about">{escape(page.subtitle)}</p>
{people}
</header>
<div class="sections">
{sections}
</div>
<footer>
<p class="hash">Text hash (SHA-256 of the canonical text): {escape(page.hash)}</p>
</footer>
</main>
</body>
</html>
"""


def _section(number: int, section: Section, anchored: set[str]) -> str:
    lines = "\n".join(_line(line, anchored) for line in section.lines)
    return f"""<section aria-labelledby="section-{number}">
<h2 id="section-{number}">{escape(section.title)}</h2>
{lines}
</section>"""


def _line(line: Line, anchored: set[str]) -> str:
    label = f"<strong>{escape(line.label)}.</strong> " if line.label else ""
    clauses = " ".join(_clauses(line, anchored))
    return (
        f'<div class="line"><p>{label}{escape(line.text)}</p> '
        f'<ul class="clauses" aria-label="Clauses">{clauses}</ul></div>'
    )


def _clauses(line: Line, anchored: set[str]) -> Iterator[str]:
    """Yield the clause ids of a line; the first time a clause is cited it can be linked to."""
    for clause in line.clauses:
        id_ = "" if clause in anchored else f' id="{escape(anchor(clause))}"'
        anchored.add(clause)
        yield f"<li{id_}>{escape(clause)}</li>"


def _parties(page: Page) -> str:
    signers = "".join(
        f"<li>{escape(each.party)}: {escape(each.name)}{' (signs)' if each.signs else ''}</li>" for each in page.signers
    )
    return f'<ul class="parties">{signers}</ul>'


def _signatures(page: Page) -> str:
    signers = "".join(f"<li>{escape(each.party)}: signature and date</li>" for each in page.signers if each.signs)
    return f'{_parties(page)}\n<ul class="signatures" aria-label="Signatures">{signers}</ul>'


def _digest(style: str) -> str:
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


def _css_string(text: str) -> str:
    """Return text as the inside of a CSS string: anything but plain letters as a code point."""
    return "".join(c if c.isalnum() or c in " ._-/·" else f"\\{ord(c):x} " for c in text)
