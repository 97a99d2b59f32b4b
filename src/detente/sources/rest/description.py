"""The description of a REST API: a YAML text, checked as a whole, with every problem at its line.

Input: the text and the name to show for it. What it may say is `Description`; `docs/connect/rest.md` shows it. The
words of `paginator` and `auth` are those of dlt's REST sources.
"""

from __future__ import annotations

import inspect
import re
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from dlt.common.jsonpath import compile_path
from dlt.sources.helpers.rest_client.paginators import BasePaginator
from dlt.sources.rest_api.config_setup import PAGINATOR_MAP
from jsonpath_ng.exceptions import JSONPathError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from detente.core.agreement.source import Report, SourceText
from detente.core.agreement.yaml_nodes import Mapping, Node, Scalar, read_nodes
from detente.core.errors import TextRefused
from detente.sources.rest.since import Since

SINCE = "{since}"
_PARENT = re.compile(r"\{(\w+)\}")
_HEADER = re.compile(r"|[!-~\xa1-\xff]([\t -~\xa0-\xff]*[!-~\xa1-\xff])?")
_A_DAY = datetime(2026, 2, 13, tzinfo=UTC)
_FORMATS = ("iso", "date", "epoch_s", "epoch_ms", "number")
Place = tuple[str | int, ...]


def _paginator(config: dict[str, Any]) -> dict[str, Any]:
    """Check a paginator by making one."""
    make_paginator(config)
    return config


def make_paginator(config: dict[str, Any] | None) -> BasePaginator | None:
    """Return dlt's paginator; None for what it finds out by itself. `ValueError` with what is wrong."""
    if config is None:
        return None
    options = dict(config)
    type_ = options.pop("type", "auto")
    if not isinstance(type_, str) or type_ not in PAGINATOR_MAP:
        raise ValueError(f"there is no paginator '{type_}': it may be {', '.join(sorted(PAGINATOR_MAP))}")
    made: type[BasePaginator] | None = PAGINATOR_MAP[type_]  # none for auto
    known = [] if made is None else list(inspect.signature(made).parameters)
    unknown = next((name for name in options if name not in known), None)
    if unknown:
        raise ValueError(f"the paginator '{type_}' has no '{unknown}': it may have {', '.join(known) or 'nothing'}")
    try:
        return None if made is None else made(**options)
    except TypeError as error:
        raise ValueError(f"the paginator '{type_}' lacks something: {error}") from None
    except JSONPathError as error:
        raise ValueError(f"the paginator '{type_}' has a path that is none: {error}") from None


def _format(written: str) -> str:
    if written not in _FORMATS and not _is_read_back(written):
        raise ValueError(f"there is no format '{written}': it may be {', '.join(_FORMATS)}, or one such as %Y-%m-%d")
    return written


def _is_read_back(written: str) -> bool:
    """Whether a day that is written in a format is the same when it is read again."""
    try:
        return datetime.strptime(_A_DAY.strftime(written), written).date() == _A_DAY.date()  # noqa: DTZ007  a day alone
    except ValueError:
        return False


def _path(written: str) -> str:
    """Check a JSONPath by reading it."""
    try:
        compile_path(written)
    except JSONPathError as error:
        raise ValueError(f"this is no path in an answer: {error}") from None
    return written


def _header(written: str) -> str:
    if not _HEADER.fullmatch(written):
        raise ValueError("a header is one line without blanks around it, of letters that Latin-1 has")
    return written


Paginator = Annotated[dict[str, Any], AfterValidator(_paginator)]


class _Part(BaseModel):
    """A part of a description: nothing in it that is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Auth(_Part):
    """How requests are signed; what is secret comes from the settings of the source."""

    type: Literal["bearer", "api_key", "http_basic", "oauth2_client_credentials"]
    name: str = "Authorization"
    location: Literal["header", "query"] = "header"
    username: str | None = None
    access_token_url: str | None = None
    client_id: str | None = None
    access_token_request_data: dict[str, Any] | None = None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.type == "oauth2_client_credentials" and not (self.access_token_url and self.client_id):
            raise ValueError("oauth2_client_credentials needs `access_token_url` and `client_id`")
        return self


class RequestQuota(_Part):
    """At most so many requests in so many seconds."""

    requests: int = Field(gt=0)
    seconds: float = Field(1.0, gt=0)


class Incremental(_Part):
    """What changed since: the field of a row's last change; `{since}` in a request asks for it."""

    cursor_path: str
    format: Annotated[str, AfterValidator(_format)] = "iso"
    overlap: int = Field(300, ge=0)
    initial: str | int | None = None

    @property
    def since(self) -> Since:
        """The same, as what reads and writes points in time."""
        return Since(self.cursor_path, self.format, self.overlap, self.initial)


class ForEach(_Part):
    """A listing below every row of another: `{FIELD}` in its path is the value of that row's field."""

    stream: str
    field: str
    only_changed: bool = False


class StreamDescription(_Part):
    """One listing."""

    path: str
    key: str
    method: Literal["GET", "POST"] = "GET"
    params: dict[str, Any] = Field(default_factory=dict)
    body: dict[str, Any] | None = Field(None, alias="json")
    data_selector: Annotated[str, AfterValidator(_path)] = "$"
    paginator: Paginator | None = None
    incremental: Incremental | None = None
    for_each: ForEach | None = None
    deletions: bool = False

    @model_validator(mode="after")
    def _whole(self) -> Self:
        asks = SINCE in f"{self.path}{self.params}{self.body}"
        if asks and self.incremental is None:
            raise ValueError(f"{SINCE} needs `incremental`, which says what it is")
        if self.incremental is not None and not asks:
            raise ValueError(f"`incremental` needs a request that asks for it: put {SINCE} into `params` or `json`")
        if self.for_each and self.incremental:
            raise ValueError("`for_each` and `incremental` do not go together: `only_changed` reads less")
        wanted = [name for name in _PARENT.findall(self.path) if name != "since"]
        if wanted != ([self.for_each.field.rpartition(".")[2]] if self.for_each else []):
            raise ValueError("`path` must hold the field of `for_each` in braces once, and no other")
        return self


class Description(_Part):
    """A REST API: where it is, how it is asked, and its listings, named by the mapping's streams."""

    rest: Literal[1]
    base_url: str
    headers: dict[str, Annotated[str, AfterValidator(_header)]] = Field(default_factory=dict)
    auth: Auth | None = None
    paginator: Paginator | None = None
    quota: RequestQuota | None = None
    streams: dict[str, StreamDescription] = Field(min_length=1)

    @model_validator(mode="after")
    def _parents(self) -> Self:
        for name, stream in self.streams.items():
            parent = self.streams.get(stream.for_each.stream) if stream.for_each else None
            if stream.for_each and (parent is None or parent.for_each is not None):
                raise ValueError(f"streams.{name}: for_each names '{stream.for_each.stream}', which is no listing here")
            if stream.for_each and stream.for_each.only_changed and parent and parent.incremental is None:
                raise ValueError(f"streams.{name}: only_changed needs a parent with `incremental`")
        return self


def read_description(text: str, file: str) -> Description:
    """Return what a text describes. `TextRefused` with every problem found, each at its line."""
    report = Report(SourceText(text, file))
    root = read_nodes(report.source, report)
    places: dict[Place, int] = {(): 0}
    data = _plain(root, (), places) if root is not None else None
    if not report.refused:
        try:
            return Description.model_validate(data)
        except ValidationError as error:
            for each in error.errors(include_url=False, include_input=False):
                report.error(_index(tuple(each["loc"]), places), _sentence(tuple(each["loc"]), each["msg"]))
    raise TextRefused(report.problems)


def _plain(node: Node, place: Place, places: dict[Place, int]) -> Any:  # noqa: ANN401  any JSON value
    """Return a node's value, and note where everything in it stands."""
    if isinstance(node, Scalar):
        return node.value
    if isinstance(node, Mapping):
        for name, entry in node.entries.items():
            places[*place, name] = entry.key.start
        return {name: _plain(entry.value, (*place, name), places) for name, entry in node.entries.items()}
    for n, item in enumerate(node.items):
        places[*place, n] = item.start
    return [_plain(item, (*place, n), places) for n, item in enumerate(node.items)]


def _index(place: Place, places: dict[Place, int]) -> int:
    """Return where the longest part of a place that is written stands."""
    return next(places[place[:length]] for length in range(len(place), -1, -1) if place[:length] in places)


def _sentence(place: Place, message: str) -> str:
    said = message.removeprefix("Value error, ")
    said = {"Field required": "is missing", "Extra inputs are not permitted": "is not known here"}.get(said, said)
    return f"{'.'.join(map(str, place))}: {said}".removeprefix(": ")
