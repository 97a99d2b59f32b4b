"""The page, first part: why the teams work together, the words they share, the people they look for, fit and interest.

Input: a `PageSource`. Output: lines for the page.
"""

from __future__ import annotations

from collections.abc import Iterator

from detente.core.agreement.expressions import Selector
from detente.core.agreement.page_figures import counted, elapsed, listed, number, sentence, spaced
from detente.core.agreement.page_model import Line
from detente.core.agreement.page_source import PageSource, clause_id, means
from detente.core.agreement.page_words import value


def purpose(source: PageSource) -> Iterator[Line]:
    """Each team's focus and horizon, how value is created, and the barriers both know."""
    for each in source.clauses("focus"):
        parts = [sentence(str(each["on"]))]
        parts += [f"Horizon: {each['horizon']}."] if each.get("horizon") else []
        parts += [f"It serves: {sentence(str(each['serves']))}"] if each.get("serves") else []
        yield Line(means(each) + " ".join(parts), (each["id"],), f"Focus of {each['team']}")
    for each in source.clauses("value"):
        measured = f", measured by {each['measured_by']}" if each.get("measured_by") else ""
        owner = f" Owner: {each['owner']}." if each.get("owner") else ""
        yield Line(
            means(each) + sentence(f"{each['driver']} → {each['outcome']}{measured}") + owner, (each["id"],), "Value"
        )
    for each in source.clauses("barriers"):
        review = f", reviewed {each['review']}" if each.get("review") else ""
        text = f"{sentence(str(each['what']))} Owner: {each['owner']}{review}."
        yield Line(means(each) + text, (each["id"],), "Barrier")


def vocabulary(source: PageSource) -> Iterator[Line]:
    """Every term: in words, and what the replay reads it as."""
    for name, term in source.named("glossary").items():
        text = means(term)
        compiled = source.agreement.terms.get(name)
        if compiled is not None:
            read = _event(source, compiled) if isinstance(compiled, Selector) else source.words.condition(compiled)
            text += f"That is: {sentence(read)}"
        yield Line(text.strip(), (clause_id(term, f"glossary.{name}"),), name)
        if compiled is not None and not isinstance(compiled, Selector):
            yield from source.ways_in(compiled)


def _event(source: PageSource, selector: Selector) -> str:
    """Return an event by its kind, not by the term that is being explained."""
    return type(source.words)({}).event(selector)


def people(source: PageSource) -> Iterator[Line]:
    """The personas, in the order in which they are tried."""
    written = {each["id"]: each for each in source.clauses("personas")}
    for persona in source.agreement.personas:
        clause = written[persona.id]
        parts = [sentence(source.words.condition(persona.when))]
        parts += [f"Wants: {sentence(str(clause['wants']))}"] if clause.get("wants") else []
        parts += [f"Objects to: {sentence(str(clause['objects']))}"] if clause.get("objects") else []
        yield Line(means(clause) + " ".join(parts), (persona.id,), persona.name)
        yield from source.ways_in(persona.when)


def fit(source: PageSource) -> Iterator[Line]:
    """Points of fit, and the grades they add up to."""
    for rule in source.agreement.fit:
        yield Line(f"{_points(rule.points)} if {source.words.condition(rule.when)}.", (rule.id,), "Fit")
        yield from source.ways_in(rule.when)
    grades = source.agreement.grades
    if grades:
        bands = listed([f"{letter} from {number(least)}" for letter, least in grades.items()], "and")
        yield Line(f"By the sum of these points: {bands}.", ("fit.grades",), "Grade")


def interest(source: PageSource) -> Iterator[Line]:
    """Points of interest: for what, how many at most, and for how long."""
    for rule in source.agreement.score:
        cap = (
            "" if rule.cap is None else f", {'at least −' if rule.points < 0 else 'at most '}{number(rule.cap)} in all"
        )
        expires = "" if rule.expires is None else f"; they run out after {elapsed(rule.expires)}"
        text = f"{_points(rule.points)} for each {source.words.event(rule.event)}{cap}{expires}."
        yield Line(text, (rule.id,), "Interest")


def vocabulary_lists(source: PageSource) -> Iterator[Line]:
    """The lists that conditions name, and the kinds of facts this agreement adds."""
    for name, values in source.agreement.lists.items():
        yield Line(f"{listed([value(each) for each in values], 'and')}.", (f"lists.{name}",), f"List {spaced(name)}")
    for name, kind in source.named("kinds").items():
        payload = f", with {listed([str(each) for each in kind['payload']], 'and')}" if kind.get("payload") else ""
        text = f"{means(kind)}Also recorded, by {kind['side']}{payload}."
        yield Line(text, (clause_id(kind, f"kinds.{name}"),), spaced(name))


def _points(points: float) -> str:
    return counted(points, "point") if points != -1 else "−1 point"
