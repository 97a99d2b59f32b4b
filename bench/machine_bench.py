"""Opens and clicks of mail: how long it takes to tell machines from people, and how many people are taken for machines.

    detente bench machine --facts 1000000 --json

The mail is made up, with a seed. People open it some hours after it was sent, and follow one link of it or two, the
second some seconds after the first. Of the recipients 30 % use a program that loads pictures at once under Apple's
name, and 10 % sit behind a scanner that follows every link within seconds under the name of a browser. Nothing here
tells how much of it real scanners do; it tells the cost, and that haste alone is what people are told by.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections import Counter
from collections.abc import Iterator

import pyarrow as pa

from detente.core.facts.rows import payload_columns
from detente.core.facts.schema import FACT_COLUMNS
from detente.engine.machine_mail import machine_signs

BEGUN = 1_780_000_000_000_000
SECOND = 1_000_000
LINKS = 5
BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36"
APPLE = "Mozilla/5.0"
_TYPES = {"string": pa.string(), "int64": pa.int64(), "double": pa.float64(), "bool": pa.bool_()}

Event = tuple[str, str, float, dict[str, str], bool]
"""Kind, recipient, seconds, payload, and whether a machine did it."""


def mails(draw: random.Random, recipients: int) -> Iterator[Event]:
    """Yield the sendings of mails without end, and what follows on each."""
    mail = 0
    while True:
        mail += 1
        begun = mail * 86_400.0
        for n in range(recipients):
            who, message, sent = f"r{n}", {"message": f"m{mail}"}, begun + n * 0.05 + draw.random()
            yield "email_send", who, sent, message, False
            if n % 10 < 3:
                yield "email_open", who, sent + draw.uniform(60, 3_600), message | {"user_agent": APPLE}, True
            if n % 10 == 9:
                scanned = sent + draw.uniform(5, 60)
                for link in range(LINKS):
                    scanned += draw.uniform(0.1, 1.5)
                    yield "email_click", who, scanned, message | {"url": f"/{link}", "user_agent": BROWSER}, True
            if draw.random() < 0.3:
                opened = sent + draw.lognormvariate(9.5, 1.3)
                yield "email_open", who, opened, message | {"user_agent": BROWSER}, False
                clicked = opened + draw.expovariate(1 / 20)
                for link in draw.sample(range(LINKS), draw.choice((0, 0, 1, 2))):
                    yield "email_click", who, clicked, message | {"url": f"/{link}", "user_agent": BROWSER}, False
                    clicked += 3 + draw.expovariate(1 / 15)


def table(events: list[Event]) -> pa.Table:
    """Return events as facts, with the recipients' addresses: twenty to a company."""
    base = {"subject": "person", "source": "web", "account": None, "load_id": "l"}
    rows = [
        {**base, "fact_id": f"f{n}", "record": who, "source_id": f"e{n}", "kind": kind, **payload_columns(payload)}
        | {"occurred_at": BEGUN + int(at * SECOND), "known_at": BEGUN + int(at * SECOND)}
        for n, (kind, who, at, payload, _) in enumerate(events)
    ]
    for who in sorted({event[1] for event in events}):
        address = {"person.email": f"{who}@company{int(who[1:]) // 20}.example"}
        rows.append(
            {**base, "fact_id": f"a{who}", "record": who, "source_id": None, "kind": "enrich"}
            | payload_columns(address)
            | {"occurred_at": BEGUN, "known_at": BEGUN}
        )
    schema = pa.schema([(column.name, _TYPES[column.type]) for column in FACT_COLUMNS])
    return pa.Table.from_pylist(rows, schema=schema)


def measure(facts: int, recipients: int, seed: int) -> dict[str, object]:
    """Return how long judging takes, and whom it takes for a machine."""
    making = mails(random.Random(seed), recipients)
    events = [next(making) for _ in range(facts)]
    made = table(events)
    started, cpu = time.perf_counter(), time.process_time()
    signs = machine_signs(made).to_pylist()
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu
    read = [
        (by_machine, sign) for (kind, *_, by_machine), sign in zip(events, signs, strict=False) if kind != "email_send"
    ]
    return {
        "facts": made.num_rows,
        "seconds": round(seconds, 2),
        "cpu_seconds": round(cpu_seconds, 2),
        "people": sum(not by_machine for by_machine, _ in read),
        "people_taken_for_machines": sum(not by_machine and sign is not None for by_machine, sign in read),
        "machines": sum(by_machine for by_machine, _ in read),
        "machines_recognised": sum(by_machine and sign is not None for by_machine, sign in read),
        "signs": dict(Counter(sign for _, sign in read if sign)),
    }


def main() -> None:
    """Read the arguments, measure, and print the outcome."""
    parser = argparse.ArgumentParser(description="Tell machines from people in opens and clicks.")
    parser.add_argument("--facts", type=int, default=1_000_000)
    parser.add_argument("--recipients", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    found = measure(chosen.facts, chosen.recipients, chosen.seed)
    print(json.dumps(found, indent=1) if chosen.json else "\n".join(f"{key}: {value}" for key, value in found.items()))


if __name__ == "__main__":
    main()
