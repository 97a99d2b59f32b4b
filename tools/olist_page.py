"""Write docs/olist.md and its picture: figures of the Olist funnel, as the product computes them.

    tools/olist_page.py ../shared/data/olist

Makes a workspace of examples/olist in a temporary folder, imports, replays and publishes through the command line, and
reads the snapshot. Only aggregates are written: no row of the data, which may not be passed on.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from detente.core.evidence.durations import quantiles
from detente.core.evidence.intervals import wilson

ROOT = Path(__file__).resolve().parent.parent
EXAMPLE = ROOT / "examples" / "olist"
PAGE = ROOT / "docs" / "olist.md"
PICTURE = ROOT / "docs" / "assets" / "olist-origins.svg"
PROGRAM = Path(sysconfig.get_path("scripts")) / "detente"
AS_OF = "2018-11-30"
DAY_US = 86_400_000_000
WATCHED_DAYS = 180
LEAST = 20
TOO_FEW = "too few to say"


@dataclass(frozen=True)
class Origin:
    """Leads of one origin, and how many of them were won within the days each is watched."""

    name: str
    leads: int
    won: int

    @property
    def share(self) -> float:
        """Won of all."""
        return self.won / self.leads

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % Wilson interval of the share."""
        return wilson(self.won, self.leads) or (0.0, 1.0)

    @property
    def is_judged(self) -> bool:
        """Whether there are enough leads to say a share."""
        return self.leads >= LEAST


class Funnel:
    """The funnel as published in a workspace."""

    def __init__(self, folder: Path, data: Path) -> None:
        self._folder = folder
        for name in ("agreements", "mappings"):
            (folder / name).mkdir(parents=True)
        shutil.copy(EXAMPLE / "agreement.yaml", folder / "agreements")
        shutil.copy(EXAMPLE / "mapping.yaml", folder / "mappings" / "olist.yaml")
        (folder / "detente.toml").write_text('[workspace]\nname = "Olist"\ncurrency = "BRL"\n', encoding="utf-8")
        files = (data / "mqls.csv", data / "closed_deals.csv")
        self.imported = self._run("import", *map(str, files), "--mapping", "mappings/olist.yaml")
        self.snapshot = self._run("replay", "--as-of", AS_OF)["snapshot"]

    def _run(self, *arguments: str) -> Any:  # noqa: ANN401
        command = [str(PROGRAM), *arguments, "--json", "--dir", str(self._folder)]
        done = subprocess.run(command, cwd=self._folder, stdout=subprocess.PIPE, check=True)
        return json.loads(done.stdout)

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query in which {name} is a table of the snapshot."""
        folder = self._folder / "snapshots" / self.snapshot["id"]
        return duckdb.connect().execute(sql.format(**{p.stem: f"'{p}'" for p in folder.glob("*.parquet")})).fetchall()

    def origins(self) -> list[Origin]:
        """Return the origins, the most leads first."""
        rows = self.ask(
            f"""SELECT coalesce(channel, 'not recorded'), count(*),
                count(*) FILTER (won.occurred_at - mql.occurred_at <= {WATCHED_DAYS * DAY_US})
            FROM {{entries}} AS mql JOIN {{timeline}} AS fact ON fact.person = mql.person AND fact.kind = 'form_submit'
            LEFT JOIN {{entries}} AS won ON won.person = mql.person AND won.stage = 'Customer'
            WHERE mql.stage = 'MQL' GROUP BY 1 ORDER BY 2 DESC, 1"""
        )
        return [Origin(name.replace("_", " "), leads, won) for name, leads, won in rows]

    def waits(self) -> tuple[list[int], list[int]]:
        """Return, in microseconds, the times from first contact to the won deal, and how long the others wait."""
        rows = self.ask(
            """SELECT won.occurred_at - mql.occurred_at, mql.occurred_at FROM {entries} AS mql
            LEFT JOIN {entries} AS won ON won.person = mql.person AND won.stage = 'Customer' WHERE mql.stage = 'MQL'"""
        )
        as_of = self.snapshot["as_of"]
        return [took for took, _ in rows if took is not None], [as_of - since for took, since in rows if took is None]


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a Markdown table, numbers to the right."""
    ruler = ["---"] + ["---:"] * (len(head) - 1)
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in (head, ruler, *rows))


def percent(share: float) -> str:
    """Return a share as per cent, one decimal."""
    return f"{100 * share:.1f} %"


def picture(origins: Sequence[Origin]) -> str:
    """Draw the share of leads won by origin, the last row for all: a dot with its interval; too few: no dot, dashes."""
    left, width, row, top, most = 170, 430, 26, 34, 0.35
    bottom = top + row * len(origins)

    def place(share: float) -> str:
        return f"{left + width * min(share, most) / most:.1f}"

    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + 100} {bottom + 30}" role="img"',
        '  font-family="system-ui, sans-serif" font-size="13" fill="#203036">',
        f"<title>Leads won within {WATCHED_DAYS} days, by origin, with 95 % intervals</title>",
        f'<text x="0" y="16" fill="#62747c">Won within {WATCHED_DAYS} days of the first contact</text>',
    ]
    for tick in range(0, 36, 5):
        x = place(tick / 100)
        lines.append(f'<path d="M{x} {top - 8}V{bottom}" stroke="#d5dde0"/>')
        lines.append(f'<text x="{x}" y="{bottom + 18}" text-anchor="middle" fill="#62747c">{tick} %</text>')
    for index, origin in enumerate(origins):
        y = top + row * index + row // 2
        low, high = map(place, origin.interval)
        colour = "#203036" if origin is origins[-1] else "#7d4a8a"
        dash = "" if origin.is_judged else ' stroke-dasharray="4 3"'
        told = f"{origin.won} of {origin.leads:,}"
        lines.append(f'<text x="{left - 12}" y="{y + 4}" text-anchor="end">{origin.name}</text>')
        lines.append(f'<path d="M{low} {y}H{high}" stroke="{colour}" stroke-width="2"{dash}/>')
        lines.append(f'<text x="{left + width + 94}" y="{y + 4}" text-anchor="end" fill="#62747c">{told}</text>')
        if origin.is_judged:
            lines.append(f'<circle cx="{place(origin.share)}" cy="{y}" r="4.5" fill="{colour}"/>')
    return "\n".join([*lines, "</svg>"]) + "\n"


def account_table(funnel: Funnel) -> str:
    """Return what became of every record."""
    words = ("records", "accepted", "duplicate", "quarantined", "facts")
    files = [(f"`{file['file']}`", *(f"{file[word]:,}" for word in words)) for file in funnel.imported["files"]]
    return table(("file", *words), files)


def origins_table(origins: Sequence[Origin]) -> str:
    """Return the share won of each origin."""
    rows = []
    for origin in origins:
        low, high = origin.interval
        judged = (percent(origin.share), f"{percent(low)} to {percent(high)}")
        rows.append((origin.name, f"{origin.leads:,}", origin.won, *(judged if origin.is_judged else (TOO_FEW, ""))))
    return table(("origin", "leads", "won", "share", "95 % interval"), rows)


def cohorts_table(funnel: Funnel) -> str:
    """Return the share won by month of the first contact."""
    rows = funnel.ask(
        """SELECT period, entered, converted FROM {conversion}
        WHERE stage = 'MQL' AND target = 'Customer' AND kind = 'month' AND entered > 0 ORDER BY 1"""
    )
    cohorts = [Origin(month, leads, won) for month, leads, won in rows]
    return table(
        ("first contact in", "leads", "won", "share"),
        [(c.name, f"{c.leads:,}", c.won, percent(c.share) if c.is_judged else TOO_FEW) for c in cohorts],
    )


def waits_table(finished: Sequence[int]) -> str:
    """Return how many days it took until a share of the won deals was won."""
    words = ("a quarter within", "half within", "three quarters within", "nine of ten within")
    shares = quantiles(finished, [], (0.25, 0.5, 0.75, 0.9))
    pairs = zip(words, shares, strict=True)
    return table(("of those won", "days"), [(word, value // DAY_US) for word, value in pairs if value is not None])


def credit_table(funnel: Funnel) -> str:
    """Return the deals by the channel of the touch that earns them."""
    rows = funnel.ask(
        """SELECT coalesce(channel, 'none in time'), party, count(DISTINCT deal), sum(share), sum(coalesce(amount, 0))
        FROM {credit} WHERE book AND rule = 'sourced' GROUP BY ALL ORDER BY 3 DESC, 1"""
    )
    rows.append(("all", "", *(sum(row[index] for row in rows) for index in (2, 3, 4))))
    whole = rows[-1][3]
    return table(
        ("first touch in time", "team", "deals", "share", "declared revenue, BRL"),
        [
            (name.replace("_", " "), team, n, percent(part / whole), f"{sum_:,.0f}")
            for name, team, n, part, sum_ in rows
        ],
    )


def page(funnel: Funnel) -> tuple[str, str]:
    """Return the page and its picture."""
    origins = funnel.origins()
    everyone = Origin("all", sum(o.leads for o in origins), sum(o.won for o in origins))
    origins.append(everyone)
    finished, running = funnel.waits()
    ((flagged,),) = funnel.ask("SELECT count(*) FROM {entries} WHERE stage = 'Opportunity' AND len(nonconforming) > 0")
    low, high = everyone.interval
    text = TEXT.format(
        as_of=AS_OF,
        account=account_table(funnel),
        days=WATCHED_DAYS,
        summary=f"{everyone.won} of {everyone.leads:,}, {percent(everyone.share)}",
        interval=f"{percent(low)} to {percent(high)}",
        origins=origins_table(origins),
        cohorts=cohorts_table(funnel),
        flagged=flagged,
        waits=waits_table(finished),
        finished=len(finished),
        longest=max(finished) // DAY_US,
        running=f"{len(running):,}",
        credit=credit_table(funnel),
    )
    return text, picture(origins)


TEXT = """\
# The Olist funnel

A real funnel, through the product from its files to its figures: 8,000 leads that marketing qualified and the 842 deals
that sales won of them, of a Brazilian marketplace, as of {as_of}. Mapping and agreement are in `examples/olist`; the
data is licensed CC BY-NC-SA 4.0 and no part of Détente. `tools/olist_page.py` writes this page, and
`tests/functional/test_olist.py` compares its figures with direct queries of the files.

## Every row

{account}

## Who became a customer

Each lead is watched for {days} days from its first contact, so that late months are not compared at a younger age.
{summary}, were won in that time (95 % interval {interval}).

![Share of leads won within {days} days, by origin](assets/olist-origins.svg)

{origins}

By month of the first contact:

{cohorts}

The first contact of {flagged} deal is dated after the deal was won. The deal counts, the entry is flagged
`nonconforming: from`, and the lead is in none of the tables above, which begin with the first contact.

## How long it took

{waits}

These are the {finished} deals won after a first contact; the longest took {longest} days. {running} leads were not
won by then, which in this data does not mean that they were lost.

## Whose deals they were

The agreement's book gives a deal to the team of the first marketing touch within 450 days before it opened, else to
sales.

{credit}

Most deals declare no revenue, and one declares more than all others together: the column shows that the money adds up,
and does not compare origins.
"""


def main() -> int:
    """Write the page from the data in a folder."""
    if len(sys.argv) != 2:
        sys.stderr.write("usage: tools/olist_page.py FOLDER   (with mqls.csv and closed_deals.csv)\n")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        text, drawn = page(Funnel(Path(folder) / "olist", Path(sys.argv[1]).resolve()))
    PAGE.write_text(text, encoding="utf-8")
    PICTURE.write_text(drawn, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
