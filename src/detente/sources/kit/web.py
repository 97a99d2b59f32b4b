"""The way to other systems that all connectors share: dlt's REST client over a session that waits and tries again.

Input: a connector's base URL, auth and quota. A connector gets a `Web` and asks it for a client:

    client = web.client(settings.url, auth=BearerTokenAuth(settings.token.get_secret_value()), quota=Quota(100, 10))
    for page in client.paginate("/contacts", paginator=JSONResponseCursorPaginator(...), data_selector="results"):
        yield Page(page, ...)
    client.get("/me").json()

Every answer is whole and good, or a `SourceError` says what to mend; see `kit.patience`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from dlt.common.configuration.specs.runtime_configuration import RuntimeConfiguration
from dlt.common.jsonpath import TJsonPath, find_values
from dlt.sources.helpers.rest_client.client import PageData, RESTClient
from requests import PreparedRequest, Response, Session
from requests.auth import AuthBase

import detente
from detente.core.errors import SourceRefused, UsageError
from detente.sources.kit.looping import LoopGuard
from detente.sources.kit.patience import BUDGET, Budget, Moments, Pace, Patience, PatientTransport, Quota, sent_at
from detente.sources.kit.refusals import where
from detente.sources.kit.secrets import Secrets

if TYPE_CHECKING:
    from dlt.sources.helpers.rest_client.paginators import BasePaginator

_HOPS = 3


class Web:
    """Makes the clients of one source, and counts their requests."""

    def __init__(self, moments: Moments, budget: Budget = BUDGET) -> None:
        self._moments = moments
        self._budget = budget
        self.secrets = Secrets()
        self.requests = 0
        self.latest: int | None = None
        """When the latest answer was sent by the system's own clock, microseconds UTC."""

    def client(
        self,
        base_url: str,
        *,
        auth: AuthBase | None = None,
        headers: Mapping[str, str] | None = None,
        paginator: BasePaginator | None = None,
        quota: Quota | None = None,
        json_only: bool = True,
    ) -> Client:
        """Return a client of one address. `json_only`: an answer that is no JSON is tried again, as a broken one is."""
        if not _is_address(base_url):
            raise UsageError(f"'{_shown(base_url)}' is no address of a system: write it as https://host/path")
        self.secrets.hide_auth(auth)
        for name, value in (headers or {}).items():
            if name.lower() not in {"accept", "content-type", "user-agent"}:
                self.secrets.hide(value)
        pace = Pace(quota, self._moments)
        patience = Patience(self._budget, pace, self._moments, self.secrets, json_only, self._asks, self._hears)
        session = _Session(base_url, auth, patience)
        if auth is not None and hasattr(auth, "session"):
            auth.session = session  # a token is fetched with the same patience
        return Client(
            self.secrets.mask,
            base_url=base_url,
            headers=dict(headers or {}),
            auth=auth,
            paginator=paginator,
            session=session,
            config=RuntimeConfiguration(),
        )

    def _asks(self) -> None:
        self.requests += 1

    def _hears(self, answer: Response) -> None:
        self.latest = max((each for each in (self.latest, sent_at(answer)) if each is not None), default=None)


class Client(RESTClient):
    """dlt's REST client, which also notices when a listing goes round in circles, or an answer is no listing."""

    def __init__(self, mask: Callable[[str], str], **options: Any) -> None:  # noqa: ANN401
        super().__init__(**options)
        self.mask = mask

    def paginate(self, path: str = "", *args: Any, **options: Any) -> Iterator[PageData[Any]]:  # noqa: ANN401
        """Yield the pages of a listing; `SourceRefused` if they repeat. The arguments are those of dlt's client."""
        guard = LoopGuard(f"{self.base_url.rstrip('/')}/{path.lstrip('/')}")
        for page in super().paginate(path, *args, **options):
            request = page.request
            guard.saw(page, [request.url, request.params, request.json, request.data])
            yield page

    def extract_response(self, response: Response, data_selector: TJsonPath) -> list[Any]:
        """Return the rows of an answer; `SourceRefused` if it has no place for them, as an error with status 200."""
        if not find_values(data_selector, response.json()):
            said = " ".join(response.text.split())[:200]
            message = f"{where(response.request)}: its answer has no '{data_selector}' [it says: {said}]"
            raise SourceRefused(self.mask(message), response.status_code)
        return super().extract_response(response, data_selector)


class _Session(Session):
    """A session that talks to one host (and the one that gives its tokens), and follows no way out of it."""

    def __init__(self, base_url: str, auth: AuthBase | None, patience: Patience) -> None:
        super().__init__()
        token_url = getattr(auth, "access_token_url", None) or getattr(auth, "auth_endpoint", None)
        self._places = {_place(base_url)} | ({_place(token_url)} if token_url else set())
        self.max_redirects = _HOPS
        self.headers["User-Agent"] = f"detente/{detente.__version__}"
        self.headers["Accept"] = "application/json" if patience.json_only else "*/*"
        transport = PatientTransport(patience, auth)
        self.mount("https://", transport)
        self.mount("http://", transport)

    def send(self, request: PreparedRequest, **options: Any) -> Response:  # noqa: ANN401
        """Send a request, unless it would take the credentials elsewhere."""
        if _place(request.url or "") not in self._places:
            raise SourceRefused(
                f"{where(request)}: this is another host than that of the source, which would learn its credentials: "
                "check the source's URL; if the system has moved, give its new address"
            )
        return super().send(request, **options)


def _is_address(url: str) -> bool:
    """Whether a URL names a host, and a port that can be one."""
    try:
        scheme, host, _ = _place(url)
    except ValueError:
        return False
    return scheme in {"http", "https"} and bool(host)


def _shown(url: str) -> str:
    """Return a URL as it may be shown: without a user and a password, whatever signs are in it."""
    return url if "@" not in url else f"…@{url.rpartition('@')[2]}"


def _place(url: str) -> tuple[str, str | None, int | None]:
    """Return scheme, host and port of a URL."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)
