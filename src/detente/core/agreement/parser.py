"""Parse one line of the condition language (specification §2) into a tree as written.

Tokens are cut and mended in `tokens.py`; the grammar is Lark's, LALR(1). A word that stands where an operator must
stand is read as the nearest one, so that the rest of the line is checked too; anything else ends the line's parse.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedToken
from lark.parsers.lalr_interactive_parser import InteractiveParser

from detente.core.agreement.syntax import (
    Call,
    Comparison,
    Constant,
    Duration,
    Group,
    Junction,
    Knowledge,
    Membership,
    Negation,
    Selection,
    Tree,
    Window,
    Word,
)
from detente.core.agreement.tokens import KEYWORDS, MEASURES, Slip, cut, keyword, meant, micros_of, nearest

DEEPEST = 50
"""How deep a condition may be nested."""

_GRAMMAR = r"""
    ?start: either | NAME _WHERE either -> narrowed
    ?either: both (_OR both)*
    ?both: inverse (_AND inverse)*
    ?inverse: NOT inverse -> negation | test
    ?test: value CMP value -> comparison
        | value IN members -> contained
        | value NOT IN members -> excluded
        | value IS KNOWN -> known
        | value IS UNKNOWN -> unknown
        | value
    ?value: call | literal | LPAR either RPAR -> group
    call: MEASURE LPAR selected [_COMMA NAME] RPAR [window]
    ?selected: NAME -> whole | NAME _WHERE either -> narrowed
    window: WITHIN DURATION -> limit | WITHIN BROKEN -> limit | SINCE NAME -> limit
    ?members: LIST -> listed | _LSQB literal (_COMMA literal)* RSQB -> members
    literal: NUMBER | STRING | TRUTH | DURATION | BROKEN | NAME
    %declare NAME MEASURE NUMBER STRING TRUTH DURATION BROKEN LIST CMP
    %declare _WHERE _OR _AND NOT IN IS KNOWN UNKNOWN WITHIN SINCE LPAR RPAR _COMMA _LSQB RSQB
"""
_SILENT = {"WHERE": "_WHERE", "OR": "_OR", "AND": "_AND", "COMMA": "_COMMA", "LSQB": "_LSQB"}
_WORDS = {_SILENT.get(each.upper(), each.upper()): each for each in KEYWORDS if each not in ("true", "false")}
_OPERATOR_WORDS = "and, or, in, not in, is known, is unknown, == != >= <= > <"


@dataclass(frozen=True, slots=True)
class Parsed:
    """A line read; `tree` is None if it could not be read to its end, and `slips` says why."""

    tree: Tree | None
    slips: tuple[Slip, ...]


def parse(line: str) -> Parsed:
    """Return the tree of a condition or an event selector, with everything that is wrong in how it is written."""
    slips: list[Slip] = []
    tokens = cut(line, slips)
    if not tokens:
        slips.append(Slip(0, "a condition is missing here"))
        return Parsed(None, tuple(slips))
    if _too_deep(tokens):
        return Parsed(None, (Slip(0, f"this condition is nested more than {DEEPEST} levels deep"),))
    tree = _tree(tokens, slips)
    return Parsed(tree, tuple(slips))


def _tree(tokens: list[Token], slips: list[Slip]) -> Tree | None:
    parser = _lark().parse_interactive()
    for index, token in enumerate(tokens):
        following = tokens[index + 1] if index + 1 < len(tokens) else None
        offered = _as_grammar(_measure(parser, token, following, slips))
        try:
            parser.feed_token(offered)
        except UnexpectedToken:
            mended = _mended(parser, token, slips)
            if mended is None:
                _fail(slips, tokens, index, _unexpected(parser, tokens, index))
                return None
            parser.feed_token(_as_grammar(mended))
    try:
        return parser.feed_token(Token("$END", ""))  # type: ignore[no-any-return]  # the transformer makes Trees
    except UnexpectedToken:
        _fail(slips, tokens, len(tokens) - 1, _unfinished(tokens))
        return None


def _fail(slips: list[Slip], tokens: list[Token], index: int, slip: Slip) -> None:
    """Note where the parse ended, unless a slip just there is the reason already."""
    start = tokens[index - 1].start_pos or 0 if index else 0
    end = tokens[index].end_pos or 0
    if not any(start <= each.offset < end for each in slips):
        slips.append(slip)


@lru_cache(maxsize=1)
def _lark() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", lexer="basic", transformer=_Builder(), maybe_placeholders=True)


def _accepted(parser: InteractiveParser) -> set[str]:
    """Return the terminals that may come next."""
    return set(parser.accepts())  # type: ignore[no-untyped-call]


def _as_grammar(token: Token) -> Token:
    name = _SILENT.get(token.type)
    return token if name is None else token.update(type=name)


def _measure(parser: InteractiveParser, token: Token, following: Token | None, slips: list[Slip]) -> Token:
    """Return the token, as a measure if it is called like one."""
    if token.type != "NAME" or following is None or following.type != "LPAR":
        return token
    if token not in MEASURES:
        if "MEASURE" not in _accepted(parser):
            return token
        slips.append(Slip(token.start_pos or 0, f"unknown measure '{token}'{meant(token, MEASURES)}"))
    return token.update(type="MEASURE")


def _mended(parser: InteractiveParser, token: Token, slips: list[Slip]) -> Token | None:
    """Return the keyword a misspelt word was meant as, if one may stand there."""
    if token.type != "NAME":
        return None
    word = nearest(token, [_WORDS[each] for each in sorted(_accepted(parser)) if each in _WORDS])
    if word is None:
        return None
    start, end = token.start_pos or 0, token.end_pos or 0
    slips.append(Slip(start, f"unknown word '{token}', did you mean '{word}'?"))
    return keyword(word, start, end)


def _unexpected(parser: InteractiveParser, tokens: list[Token], index: int) -> Slip:
    token, accepts = tokens[index], _accepted(parser)
    start, shown = token.start_pos or 0, f"'{token}'"
    before = f"'{tokens[index - 1]}'" if index else "the beginning"
    if token.type == "NOT" and "KNOWN" in accepts:
        return Slip(start, "write 'is unknown' for 'is not known'")
    if token.type in ("RPAR", "RSQB"):
        opened = index > 0 and tokens[index - 1].type in ("LPAR", "LSQB")
        why = "there is nothing between the brackets" if opened else "closes nothing, or something is missing before it"
        return Slip(start, f"{shown}: {why}")
    if "DURATION" in accepts and "NAME" not in accepts:
        return Slip(start, f"{shown} is no duration; write one after {before}, as 30d")
    if "CMP" in accepts or "_AND" in accepts:
        chained = token.type == "CMP" and "CMP" not in accepts
        hint = "; compare twice and join with 'and'" if chained else f"; after {before} comes {_OPERATOR_WORDS}"
        known = "unknown word " if token.type == "NAME" else ""
        return Slip(start, f"{known}{shown} cannot stand here{hint}")
    if token.type == "NAME":
        return Slip(start, f"unknown word {shown} after {before}")
    return Slip(start, f"{shown} cannot follow {before}; a value is missing between them")


def _unfinished(tokens: list[Token]) -> Slip:
    """Return what is missing at the end: a bracket's partner, else what the last word asks for."""
    opened: list[Token] = []
    for token in tokens:
        if token.type in ("LPAR", "LSQB"):
            opened.append(token)
        elif token.type in ("RPAR", "RSQB") and opened:
            opened.pop()
    if opened:
        return Slip(opened[-1].start_pos or 0, f"'{opened[-1]}' is never closed")
    return Slip(tokens[-1].start_pos or 0, f"something is missing after '{tokens[-1]}'")


def _too_deep(tokens: list[Token]) -> bool:
    depth = deepest = negations = 0
    for token in tokens:
        depth += (token.type == "LPAR") - (token.type == "RPAR")
        deepest = max(deepest, depth)
        negations += token.type == "NOT"
    return deepest > DEEPEST or negations > 4 * DEEPEST


@v_args(inline=True)
class _Builder(Transformer[Token, Any]):
    """Makes the tree as the parser reduces; one method a rule."""

    def literal(self, token: Token) -> Tree:
        start, end, text = *_extent(token), str(token)
        match token.type:
            case "NAME":
                return Word(start, end, text)
            case "NUMBER":
                return Constant(start, end, float(text) if "." in text else int(text))
            case "STRING":
                return Constant(start, end, text[1:-1])
            case "TRUTH":
                return Constant(start, end, text == "true")
            case "DURATION":
                return Duration(start, end, text, micros_of(text))
        return Constant(start, end, None)

    def either(self, *items: Tree) -> Tree:
        return Junction(items[0].start, items[-1].end, "or", items)

    def both(self, *items: Tree) -> Tree:
        return Junction(items[0].start, items[-1].end, "and", items)

    def negation(self, op: Token, item: Tree) -> Tree:
        return Negation(op.start_pos or 0, item.end, item)

    def comparison(self, left: Tree, op: Token, right: Tree) -> Tree:
        return Comparison(left.start, right.end, left, _word(op), right)

    def contained(self, left: Tree, op: Token, members: tuple[int, Any]) -> Tree:
        return Membership(left.start, members[0], left, _word(op), False, members[1])

    def excluded(self, left: Tree, op: Token, _in: Token, members: tuple[int, Any]) -> Tree:
        return Membership(left.start, members[0], left, _word(op), True, members[1])

    def known(self, left: Tree, op: Token, end: Token) -> Tree:
        return Knowledge(left.start, end.end_pos or 0, left, _word(op), False)

    def unknown(self, left: Tree, op: Token, end: Token) -> Tree:
        return Knowledge(left.start, end.end_pos or 0, left, _word(op), True)

    def group(self, opening: Token, item: Tree, closing: Token) -> Tree:
        return Group(opening.start_pos or 0, closing.end_pos or 0, item)

    def listed(self, token: Token) -> tuple[int, Word]:
        return token.end_pos or 0, Word(*_extent(token), str(token)[1:])

    def members(self, *items: Any) -> tuple[int, tuple[Tree, ...]]:  # noqa: ANN401
        return items[-1].end_pos, items[:-1]

    def whole(self, token: Token) -> Selection:
        return Selection(*_extent(token), _word(token), None)

    def narrowed(self, token: Token, where: Tree) -> Selection:
        return Selection(token.start_pos or 0, where.end, _word(token), where)

    def limit(self, op: Token, limit: Token) -> Window:
        start, end = _extent(limit)
        text = str(limit)
        asked: Duration | Word = (
            Word(start, end, text) if limit.type == "NAME" else Duration(start, end, text, micros_of(text))
        )
        return Window(op.start_pos or 0, end, asked)

    def call(self, name: Token, _opening: Token, selection: Selection, *rest: Any) -> Tree:  # noqa: ANN401
        field, closing, window = rest
        known = str(name) if name in MEASURES else ""
        end = (closing.end_pos or 0) if window is None else window.end
        return Call(name.start_pos or 0, end, known, selection, None if field is None else _word(field), window)


def _extent(token: Token) -> tuple[int, int]:
    return token.start_pos or 0, token.end_pos or 0


def _word(token: Token) -> Word:
    return Word(*_extent(token), str(token))
