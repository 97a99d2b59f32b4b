"""How the kit waits and tries again: one HTTP request becomes as few attempts as the system allows, within a budget.

Input: prepared requests of a `requests` session (`kit.web`), whose transport this is. An answer leaves it whole: read
to its end within the caps, its JSON checked. Clock, sleep and chance are arguments; what a wait is counted from is the
answer's own `Date`, so that a machine whose clock goes wrong waits no longer than one whose clock goes right.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol, runtime_checkable

from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.exceptions import ChunkedEncodingError, ContentDecodingError, SSLError, Timeout
from requests.exceptions import ConnectionError as NoConnection

from detente.core.errors import SourceRefused, SourceUnready
from detente.sources.kit.refusals import refusal, where
from detente.sources.kit.secrets import Secrets

TRY_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses after which the same request may go well."""

_CHUNK = 65_536


@dataclass(frozen=True, slots=True)
class Budget:
    """How long a request is tried (seconds, bytes): the caps of every answer, and what all its attempts may take."""

    attempts: int = 6
    waiting: float = 300.0
    connect: float = 10.0
    answer: float = 30.0
    size: int = 10_000_000


BUDGET = Budget()


@dataclass(frozen=True, slots=True)
class Quota:
    """What a system allows: at most `requests` in any `seconds`."""

    requests: int
    seconds: float = 1.0


@dataclass(frozen=True, slots=True)
class Moments:
    """The outside: `monotonic` in seconds, `sleep` for seconds, `chance` in [0, 1)."""

    monotonic: Callable[[], float]
    sleep: Callable[[float], None]
    chance: Callable[[], float]


@runtime_checkable
class Renewable(Protocol):
    """An auth that can fetch itself a new token, as those of dlt do."""

    def obtain_token(self) -> None:
        """Fetch a new token."""


class Pace:
    """Keeps requests below a quota: a request waits until the window has room."""

    def __init__(self, quota: Quota | None, moments: Moments) -> None:
        self._quota = quota
        self._moments = moments
        self._sent: deque[float] = deque(maxlen=quota.requests if quota else 1)

    def wait(self) -> None:
        """Wait for room, and take it."""
        if self._quota and len(self._sent) == self._quota.requests:
            free = self._sent[0] + self._quota.seconds - self._moments.monotonic()
            if free > 0:
                self._moments.sleep(free)
        self._sent.append(self._moments.monotonic())


@dataclass(frozen=True)
class Patience:
    """What a transport keeps to: its budget, its pace, and whether answers must be JSON.

    `asks` is called before every attempt, `hears` with every answer that came.
    """

    budget: Budget
    pace: Pace
    moments: Moments
    secrets: Secrets
    json_only: bool = True
    asks: Callable[[], None] = lambda: None
    hears: Callable[[Response], None] = lambda _: None


class _NotWhole(Exception):
    """An answer that breaks off or is not what it says; the message says which."""


class PatientTransport(HTTPAdapter):
    """Sends a request until its answer is whole, good and within the budget; any other end is a `SourceError`."""

    def __init__(self, patience: Patience, auth: object = None) -> None:
        super().__init__()
        self._patience = patience
        self._auth = auth
        self._renewing = False

    def send(self, request: PreparedRequest, **options: Any) -> Response:  # type: ignore[override]  # noqa: ANN401
        """Return the whole answer. `SourceUnready` when the budget is used up, `SourceRefused` if trying is no use."""
        patience, budget = self._patience, self._patience.budget
        options |= {"stream": True, "timeout": options.get("timeout") or (budget.connect, budget.answer)}
        waited, renewed, attempt = 0.0, False, 0
        while True:
            attempt += 1
            answer, why = self._attempt(request, options)
            if answer is not None and answer.status_code == 401 and not renewed and self._may_renew():
                renewed, attempt = True, attempt - 1
                self._renew(request)
                continue
            if answer is not None and answer.status_code not in TRY_AGAIN and not why:
                if answer.status_code >= 400:
                    raise refusal(answer, patience.secrets)
                return answer
            why = why or f"it answers {answer.status_code if answer is not None else ''}"
            wait = self._pause(attempt, answer)
            if attempt >= budget.attempts or waited + wait > budget.waiting:
                raise _unready(request, why, attempt, wait, patience)
            patience.moments.sleep(wait)
            waited += wait

    def _attempt(self, request: PreparedRequest, options: dict[str, Any]) -> tuple[Response | None, str]:
        """Send once: the answer where there is one, and why it cannot be used (empty: it can)."""
        self._patience.secrets.hide_header(request.headers.get("Authorization"))
        self._patience.pace.wait()
        self._patience.asks()
        answer: Response | None = None
        try:
            answer = super().send(request, **options)
            self._patience.hears(answer)
            self._read(answer)
        except Timeout:
            return None, "it does not answer in time"
        except SSLError as error:
            raise SourceRefused(
                f"{where(request)}: its certificate is not trusted ({self._patience.secrets.mask(str(error))}): check "
                "the address, or tell REQUESTS_CA_BUNDLE the authority that signed it"
            ) from None
        except (ChunkedEncodingError, ContentDecodingError):
            return None, "its answer breaks off"
        except NoConnection:
            return None, "its answer breaks off" if answer is not None else "it cannot be reached"
        except _NotWhole as error:
            return answer, str(error)
        return answer, ""

    def _read(self, answer: Response) -> None:
        """Read an answer to its end, within the caps, and check that it is what it says."""
        budget, clock = self._patience.budget, self._patience.moments.monotonic
        begun, parts, size = clock(), [], 0
        with answer:
            for part in answer.iter_content(_CHUNK):
                parts.append(part)
                size += len(part)
                if size > budget.size:
                    raise SourceRefused(
                        f"{where(answer.request)}: its answer is larger than {budget.size // 1_000_000} MB: ask for "
                        "fewer records a page, or for fewer fields"
                    )
                if clock() - begun > budget.answer:
                    raise _NotWhole(f"its answer takes longer than {budget.answer:.0f} s")
        content = b"".join(parts)
        setattr(answer, "_content", content)  # noqa: B010 (where requests keeps a body that was read)
        if self._patience.json_only and 200 <= answer.status_code < 300 and answer.status_code != 204:
            given = _json(answer, content)
            setattr(answer, "json", lambda **_: given)  # noqa: B010 (parsed once, not once a reader)

    def _may_renew(self) -> bool:
        """Whether a new token may help; not where the request for one is itself refused."""
        return isinstance(self._auth, Renewable) and not self._renewing

    def _renew(self, request: PreparedRequest) -> None:
        """Fetch a new token and sign the request anew."""
        auth: Any = self._auth
        self._renewing = True
        try:
            auth.obtain_token()
        finally:
            self._renewing = False
        auth(request)

    def _pause(self, attempt: int, answer: Response | None) -> float:
        """Return how long to wait, in seconds: as the system says, else twice as long each time, with some chance."""
        told = retry_after(answer) if answer is not None else None
        if told is not None:
            return max(told, 0.0)
        grown: float = min(0.5 * 2 ** (attempt - 1), 30.0)
        return grown * (0.5 + self._patience.moments.chance() / 2)


def _json(answer: Response, content: bytes) -> object:
    try:
        return json.loads(content)
    except ValueError:
        kind = answer.headers.get("Content-Type", "").partition(";")[0]
        what = f"it answers {kind} instead of JSON" if "html" in kind else "its JSON breaks off"
        raise _NotWhole(what) from None


def retry_after(answer: Response) -> float | None:
    """Return what `Retry-After` asks for in seconds, in either of its forms (RFC 9110 §10.2.3); None: nothing."""
    told = answer.headers.get("Retry-After", "").strip()
    if not told:
        return None
    try:
        return float(told) if told.replace(".", "", 1).isdigit() else (_date(told) - _sent(answer)).total_seconds()
    except ValueError:
        return None


def _sent(answer: Response) -> datetime:
    return _date(answer.headers.get("Date", ""))


def sent_at(answer: Response) -> int | None:
    """Return when an answer says that it was sent, microseconds UTC; None if it does not."""
    try:
        return int(_sent(answer).timestamp()) * 1_000_000
    except (ValueError, TypeError):
        return None


def _date(text: str) -> datetime:
    moment = parsedate_to_datetime(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _unready(request: PreparedRequest, why: str, attempts: int, wait: float, patience: Patience) -> SourceUnready:
    """Say why a request was given up."""
    if wait > patience.budget.waiting:
        after = f"and asks to wait {wait:,.0f} s: sync again after that"
    else:
        after = f"after {attempts} attempts: sync again later; nothing that was landed is lost"
    return SourceUnready(patience.secrets.mask(f"{where(request)}: {why}, {after}"))
