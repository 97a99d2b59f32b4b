"""Generates the exports of Northwind Cloud, a company that does not exist, with the truth about them.

    python generate.py --people 5000 --seed 7 --until 2026-11-19 --out exports

Writes `crm/` and `marketing/` (what the two systems export), and `truth.json` with `truth/` (what is true). The same
people, seed and day give the same bytes everywhere. The history covers the 26 months before the day `--until` begins
in Berlin. Standard library only; companies are written one by one, so that a run of any size needs little memory.
"""

from __future__ import annotations

import argparse
import sys
from datetime import date
from pathlib import Path

HERE = str(Path(__file__).resolve().parent)
if HERE not in sys.path:  # when loaded from its path by another program
    sys.path.insert(0, HERE)

from sample_company import company, planted  # noqa: E402 (needs the line above)
from sample_company.exports import Exports  # noqa: E402
from sample_company.hours import DAY  # noqa: E402
from sample_company.people import Arrivals  # noqa: E402
from sample_company.truth import Truth  # noqa: E402
from sample_company.world import world  # noqa: E402

LEAST_PEOPLE = 100


def generate(out: Path, people: int, seed: int, until: date) -> dict[str, object]:
    """Write the exports and the truth of `people` persons into the folder `out`; return the truth of `truth.json`.

    Raises ValueError for fewer than 100 people, which is too few for the planted cases to hide among.
    """
    if people < LEAST_PEOPLE:
        raise ValueError(f"at least {LEAST_PEOPLE} people are needed, {people} were asked for")
    frame = world(seed, until)
    arrivals = Arrivals(frame.first_day, until)
    exports, truth = Exports(out, frame), Truth(out, frame)
    cases = planted.cases(frame)
    for case in cases:
        exports.write([case.person])
        truth.add([case.person])
    number, made, too_late = len(cases), len(cases), 0
    while made < people:
        arrives = arrivals.at((made - len(cases)) / (people - len(cases))) - too_late * DAY
        staff = company.story(frame, number, made + 1, people - made, arrives)
        number += 1
        too_late = 0 if staff else too_late + 1  # they would have come after the end: let others come a day earlier
        if staff:
            exports.write(staff)
            truth.add(staff)
            made += len(staff)
    return truth.close(exports.close(), cases)


def main() -> None:
    """Read the arguments and generate."""
    parser = argparse.ArgumentParser(description="Generate the sample company's exports with their truth.")
    parser.add_argument("--people", type=int, default=5000, help="how many persons (default 5000)")
    parser.add_argument("--seed", type=int, default=7, help="another seed, another company (default 7)")
    parser.add_argument("--until", type=date.fromisoformat, required=True, help="the day on which the history ends")
    parser.add_argument("--out", type=Path, required=True, help="the folder to write into")
    arguments = parser.parse_args()
    try:
        truth = generate(arguments.out, arguments.people, arguments.seed, arguments.until)
    except (OSError, ValueError) as error:
        parser.error(str(error))
    print(f"{truth['totals']} in {arguments.out}")


if __name__ == "__main__":
    main()
