"""Every request is one that HubSpot publishes: path, method, query and body as in the models of its own SDK.

Nobody is contacted: the whole account of the tests is read, and what was asked is held against hubspot-api-client 12.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any

import pytest
from hubspot.crm.associations.v4 import models as associations
from hubspot.crm.objects import models as objects
from werkzeug import Request

from detente.sources.kit.connector import Stream

from ..mapped import read
from .fake import FakeHubSpot

Streams = Callable[..., dict[str, Stream]]

APIS = (
    "hubspot.crm.objects.api.basic_api", "hubspot.crm.objects.api.batch_api", "hubspot.crm.objects.api.search_api",
    "hubspot.crm.associations.v4.api.batch_api", "hubspot.crm.owners.api.owners_api",
    "hubspot.crm.pipelines.api.pipelines_api", "hubspot.marketing.forms.api.forms_api",
)  # fmt: skip

LEGACY = {
    "/email/public/v1/events": {"limit", "startTimestamp", "endTimestamp", "offset"},
    "/email/public/v1/campaigns/{campaignId}": {"appId"},
    "/form-integrations/v1/submissions/forms/{form_guid}": {"limit", "after"},
}
"""What has no newer version, so that the SDK has no models of it: path → query, as the API's reference gives them."""

BODIES: Mapping[str, Any] = {
    "/crm/v3/objects/{objectType}/search": objects.PublicObjectSearchRequest,
    "/crm/v3/objects/{objectType}/batch/read": objects.BatchReadInputSimplePublicObjectId,
    "/crm/v4/associations/{fromObjectType}/{toObjectType}/batch/read": (
        associations.BatchInputPublicFetchAssociationsBatchRequest
    ),
}
INSIDE: Mapping[tuple[str, str], Any] = {
    ("PublicObjectSearchRequest", "filterGroups"): objects.FilterGroup,
    ("FilterGroup", "filters"): objects.Filter,
    ("BatchReadInputSimplePublicObjectId", "inputs"): objects.SimplePublicObjectId,
    ("BatchInputPublicFetchAssociationsBatchRequest", "inputs"): associations.PublicFetchAssociationsBatchRequest,
}


def published() -> Iterator[tuple[str, str, set[str]]]:
    """Method, path and query of every call that the SDK can make."""
    for name in APIS:
        for _, api in inspect.getmembers(import_module(name), inspect.isclass):
            for _, call in inspect.getmembers(api, inspect.isfunction):
                source = inspect.getsource(call)
                made = re.search(r'call_api\(\s*"([^"]+)",\s*"(\w+)"', source)
                if made:
                    yield made[2], made[1], set(re.findall(r'query_params.append\(\("(\w+)"', source))


CALLS = [*published(), *(("GET", path, query) for path, query in LEGACY.items())]


def call_of(request: Request) -> tuple[str, set[str]]:
    """The published call that a request is: the one with the fewest variable parts."""
    fitting = [
        (path.count("{"), path, query)
        for method, path, query in CALLS
        if method == request.method and re.fullmatch(re.sub(r"\{\w+\}", r"[^/]+", path), request.path)
    ]
    assert fitting, f"{request.method} {request.path} is not published"
    return min(fitting)[1:]


def check(body: Mapping[str, Any], model: Any) -> None:
    """A body has only the fields of its model, with values that the model takes."""
    names = {json: python for python, json in model.attribute_map.items()}
    assert set(body) <= set(names), f"{model.__name__} has no {set(body) - set(names)}"
    model(**{names[field]: value for field, value in body.items()})
    for field, value in body.items():
        for each in value if (model.__name__, field) in INSIDE else ():
            check(each, INSIDE[model.__name__, field])


def test_every_request_is_one_that_hubspot_publishes(streams: Streams, account: FakeHubSpot) -> None:
    for stream in streams().values():
        _, cursor = read(stream)
        read(stream, cursor)
    used = set()
    for request in account.asked:
        path, query = call_of(request)
        used.add(path)
        assert set(request.args) <= query, f"{path} takes no {set(request.args) - query}"
        if request.method == "POST":
            check(request.get_json(), BODIES[path])
    assert used == {*LEGACY, *BODIES, "/crm/v3/objects/{objectType}", "/crm/v3/owners/",
                    "/crm/v3/pipelines/{objectType}", "/marketing/v3/forms/"}  # fmt: skip


@pytest.mark.parametrize("body", [{"filters": []}, {"limit": 5, "sort": []}])
def test_a_field_that_hubspot_does_not_know_would_be_noticed(body: dict[str, Any]) -> None:
    with pytest.raises(AssertionError, match="PublicObjectSearchRequest has no"):
        check(body, objects.PublicObjectSearchRequest)
