"""Lay out an agreement text in one way: `detente fmt`. Words, numbers and comments stay, and so does the hash.

Two spaces a level. A mapping in {…} that holds a condition which needs quotes only there, that is longer than a line,
or that has comments inside, is opened up; conditions are then written without quotes, long ones over several lines.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from detente.core.agreement import yaml_nodes as yaml
from detente.core.agreement.history_line import parse_scalar
from detente.core.agreement.places import conditions_in, lines_of
from detente.core.agreement.source import Report, SourceText
from detente.core.agreement.tokens import cut, spaced
from detente.core.errors import AgreementError

WIDTH = 120
"""How long a line may be before it is opened up."""

_INDICATORS = "-?:,[]{}#&*!|>'\"%@`"
_LOGICAL = ("AND", "OR")
_COMMENT = re.compile(r"(?:^|(?<=\s))#[^\r\n]*", re.MULTILINE)


def format_text(text: str, file: str) -> str:
    """Return a text laid out; formatting it again changes nothing. Raises AgreementError if it is not readable YAML."""
    source = SourceText(text, file)
    report = Report(source)
    root = yaml.read_nodes(source, report)
    if report.refused:
        raise AgreementError(report.problems)
    if root is None:
        return text
    conditions = {line.node for found in conditions_in(root) for line in lines_of(found)}
    layout = _Layout(source, _comments(source.text, root), conditions)
    lines = [*layout.block(root, 0), *layout.comments_before(len(source.text) + 1, 0)]
    return "\n".join(lines).strip("\n") + "\n"


@dataclass(frozen=True, slots=True)
class _Comment:
    index: int
    line: int
    alone: bool
    text: str


def _comments(text: str, root: yaml.Node) -> list[_Comment]:
    """Return the comments of a text in order: what follows a # outside of every value."""
    spans = sorted(_spans(text, root))
    starts = [start for start, _ in spans]
    source = SourceText(text, "")
    found = []
    for match in _COMMENT.finditer(text):
        at = bisect_left(starts, match.start() + 1) - 1
        if at < 0 or match.start() >= spans[at][1]:
            line, column = source.position(match.start())
            alone = not text[match.start() - column + 1 : match.start()].strip()
            found.append(_Comment(match.start(), line, alone, match.group().rstrip()))
    return found


def _spans(text: str, root: yaml.Node) -> Iterator[tuple[int, int]]:
    """Yield where values and keys stand; of a block scalar only its lines, since its header may carry a comment."""
    for node in yaml.walk(root):
        if isinstance(node, yaml.Mapping):
            yield from ((entry.key.start, entry.key.end) for entry in node.entries.values())
        elif isinstance(node, yaml.Scalar):
            header = text.find("\n", node.start) if node.style in ("|", ">") else node.start
            yield header, node.end


@dataclass
class _Layout:
    """Writes nodes as lines. Comments are taken in order as the text is written."""

    source: SourceText
    comments: list[_Comment]
    conditions: set[yaml.Node]
    _taken: int = 0

    def block(self, node: yaml.Node, indent: int) -> list[str]:
        """Return a collection with an entry or item a line."""
        if isinstance(node, yaml.Mapping):
            return [line for entry in node.entries.values() for line in self._entry(entry, indent)]
        if isinstance(node, yaml.Sequence):
            return [line for item in node.items for line in self._item(item, indent)]
        return [" " * indent + self._scalar(node, flow=False)]

    def _entry(self, entry: yaml.Entry, indent: int) -> list[str]:
        lead = self.comments_before(entry.key.start, indent)
        key = " " * indent + self._raw(entry.key)
        return [*lead, *self._blank(entry.key.start, lead), *self._valued(f"{key}:", entry.value, indent)]

    def _valued(self, key: str, value: yaml.Node, indent: int) -> list[str]:
        """Return `key: value` on one line if it can be, else the key and what is below it."""
        if isinstance(value, yaml.Scalar):
            return self._scalar_lines(key, value, indent)
        line = f"{key} {self._flow(value)}"
        if self._on_one_line(value, line):
            return [line + self._trailing(value.end)]
        head = key + self._trailing(value.start, before=True)
        return [head, *self.block(value, indent + 2)]

    def _item(self, item: yaml.Node, indent: int) -> list[str]:
        lead = self.comments_before(item.start, indent)
        lead = [*lead, *self._blank(item.start, lead)]
        dash = " " * indent + "-"
        if isinstance(item, yaml.Scalar):
            return [*lead, *self._scalar_lines(dash, item, indent)]
        line = f"{dash} {self._flow(item)}"
        if self._on_one_line(item, line):
            return [*lead, line + self._trailing(item.end)]
        below = self.block(item, indent + 2)
        first = next(at for at, each in enumerate(below) if each.strip() and not each.lstrip().startswith("#"))
        below[first] = dash + below[first][indent + 1 :]
        before_dash = [" " * indent + each.strip() for each in below[:first] if each.strip()]
        return [*lead, *before_dash, *below[first:]]

    # --- one line or several ------------------------------------------------------------------------------------

    def _on_one_line(self, node: yaml.Mapping | yaml.Sequence, line: str) -> bool:
        if self._is_empty(node):
            return True
        inside = any(node.start <= each.index < node.end for each in self.comments)
        return (
            node.flow and not inside and len(line) <= WIDTH and not any(self._eased(each) for each in yaml.walk(node))
        )

    def _is_empty(self, node: yaml.Mapping | yaml.Sequence) -> bool:
        return not (node.entries if isinstance(node, yaml.Mapping) else node.items)

    def _eased(self, node: yaml.Node) -> bool:
        """Whether a condition needs quotes inside {…} and none outside, or more than a line anywhere."""
        if not isinstance(node, yaml.Scalar):
            return False
        if node not in self.conditions:
            return "\n" in node.text
        line = spaced(node.text)
        return not _is_plain(line, flow=True) and _is_plain(line, flow=False)

    def _flow(self, node: yaml.Node) -> str:
        if isinstance(node, yaml.Mapping):
            return "{" + ", ".join(self._flow_entry(each) for each in node.entries.values()) + "}"
        if isinstance(node, yaml.Sequence):
            return "[" + ", ".join(self._flow(each) for each in node.items) + "]"
        return self._scalar(node, flow=True)

    def _flow_entry(self, entry: yaml.Entry) -> str:
        key, value = self._raw(entry.key), self._flow(entry.value)
        return f"{key}: {value}" if value else key

    # --- values -------------------------------------------------------------------------------------------------

    def _scalar_lines(self, key: str, node: yaml.Scalar, indent: int) -> list[str]:
        if node in self.conditions:
            line = spaced(node.text)
            if len(f"{key} {line}") > WIDTH and _is_plain(line, flow=False):
                head = f"{key} >-{self._trailing(self._head_end(node), before=True)}"
                return [head + self._trailing(node.end), *_folded(line, indent + 2)]
        elif "\n" in node.text and not node.text[:1].isspace():
            return self._literal(key, node, indent)
        written = self._scalar(node, flow=False)
        return [
            f"{key} {written}".rstrip() + self._trailing(self._head_end(node), before=True) + self._trailing(node.end)
        ]

    def _literal(self, key: str, node: yaml.Scalar, indent: int) -> list[str]:
        body = node.text.rstrip("\n")
        ends = len(node.text) - len(body)
        chomp = "-" if ends == 0 else "" if ends == 1 else "+"
        lines = [" " * (indent + 2) + each if each else "" for each in body.split("\n")]
        return [f"{key} |{chomp}{self._trailing(self._head_end(node), before=True)}", *lines, *[""] * (ends - 1)]

    def _head_end(self, node: yaml.Scalar) -> int:
        """Return where the line of the key ends, so far as a comment can stand in it: before | or > goes on below."""
        return self.source.text.find("\n", node.start) if node.style in ("|", ">") else node.start

    def _scalar(self, node: yaml.Scalar, *, flow: bool) -> str:
        if node in self.conditions:
            line = spaced(node.text)
            written_plain = node.style == "" or isinstance(parse_scalar(line), str)
            return line if written_plain and _is_plain(line, flow=flow, typed=node.style == "") else _quoted(line)
        return self._raw(node)

    def _raw(self, node: yaml.Scalar) -> str:
        """Return a word with the quotes its author gave it, if it stands on one line."""
        written = self.source.text[node.start : node.end]
        if node.style in ("|", ">") or "\n" in written:
            return node.text if _is_plain(node.text, flow=True) else _quoted(node.text)
        return written.rstrip()

    # --- comments and blank lines -------------------------------------------------------------------------------

    def comments_before(self, index: int, indent: int) -> list[str]:
        """Take the comments that stand before an index; each on a line of its own."""
        lines: list[str] = []
        while self._taken < len(self.comments) and self.comments[self._taken].index < index:
            comment = self.comments[self._taken]
            if comment.alone and self._after_blank(comment.line):
                lines.append("")
            lines.append(" " * indent + comment.text)
            self._taken += 1
        return lines

    def _trailing(self, index: int, *, before: bool = False) -> str:
        """Take the comment that ends the line of an index (or that stands before it, after its key)."""
        if self._taken == len(self.comments):
            return ""
        comment = self.comments[self._taken]
        line, _ = self.source.position(max(index - 1, 0))
        fits = comment.index < index if before else comment.line == line and comment.index >= index
        if comment.alone or not fits:
            return ""
        self._taken += 1
        return f"  {comment.text}"

    def _blank(self, index: int, lead: list[str]) -> list[str]:
        line, _ = self.source.position(index)
        return [""] if self._after_blank(line) and (not lead or lead[-1] != "") else []

    def _after_blank(self, line: int) -> bool:
        """Whether the line before is empty."""
        return line > 1 and not self.source.line(line - 1).strip()


def _folded(line: str, indent: int) -> list[str]:
    """Return a long condition over several lines, broken before `and` and `or`."""
    breaks = [token.start_pos or 0 for token in cut(line, []) if token.type in _LOGICAL]
    pieces = [line[start:end].strip() for start, end in zip([0, *breaks], [*breaks, len(line)], strict=True)]
    return [" " * indent + piece for piece in pieces if piece]


def _is_plain(text: str, *, flow: bool, typed: bool = True) -> bool:
    """Whether a text can stand without quotes. Not `typed`: only if it is then still read as text."""
    if not text or text != text.strip() or not text.isprintable():
        return False
    if text[0] in _INDICATORS and not (text[0] in "-?:" and text[1:2].strip() and not flow):
        return False
    if ": " in text or " #" in text or text.endswith(":") or text.startswith(("---", "...")):
        return False
    if flow and any(char in ",[]{}" for char in text):
        return False
    return typed or isinstance(parse_scalar(text), str)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'
