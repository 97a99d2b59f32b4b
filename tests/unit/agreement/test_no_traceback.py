"""Whatever a text looks like, it is read or refused with a place and a reason."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from detente.core.agreement.parser import parse
from detente.core.agreement.reader import read_agreement

PIECES = [
    *"'\"[]{}:@=()\t#|>%~é\u2028\x00", ", ", "- ", "\n", "  ", "&a ", "*a", "!x ", "<<: ", "null", "true", "5",
    "not ", "and", "30d", "5bd", "[]", "{}", "on: ", "id: ", "-1", "1e3", ".inf", "any(", "where ", "since ",
]  # fmt: skip
WORDS = (
    "callback any ( ) touch where == and or not 'x' 3 30d in [ ] , within since is known score person.a @l = $ count ' "
    "1d1h stage"
).split()


@given(st.data())
def test_a_damaged_text_is_refused_at_a_place_and_never_with_a_traceback(example: str, data: st.DataObject) -> None:
    text = example
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(text)))
        to = at + data.draw(st.sampled_from([0, 0, 1, 2, 20]))
        text = text[:at] + data.draw(st.sampled_from(["", *PIECES])) + text[to:]
    agreement, problems = read_agreement(text, "a.yaml")
    assert agreement is not None or any(problem.severity == "error" for problem in problems)
    assert all(problem.line >= 1 and problem.column >= 1 and problem.message for problem in problems)


@given(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
def test_a_line_is_parsed_or_its_slips_lie_within_it(line: str) -> None:
    parsed = parse(line)
    assert parsed.tree is not None or parsed.slips
    assert all(0 <= slip.offset <= len(line) and slip.message for slip in parsed.slips)


def test_a_condition_nested_without_end_is_refused() -> None:
    for line in ("(" * 5000 + "a" + ")" * 5000, "not " * 5000 + "a", " or ".join(["a"] * 20_000)):
        parsed = parse(line)
        assert parsed.slips or parsed.tree is not None
