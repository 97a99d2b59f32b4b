"""Answers of a real system, given again: what is asked, decoded and without its fields, finds what was answered."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from werkzeug import Request, Response


class Recorded:
    """Answers requests from a file of `{"asked": …, "answer": …}`; what was never asked is answered with 404."""

    def __init__(self, file: Path) -> None:
        self._answers: dict[str, Any] = {}
        for each in json.loads(file.read_text("utf-8")):
            self._answers.setdefault(_key(each["asked"]), each["answer"])  # the first was asked with the most fields
        self.asked: list[dict[str, Any]] = []

    def put(self, path: str, answer: object) -> None:
        """Answer every request of a path with this instead."""
        for key in self._answers:
            if json.loads(key)["path"] == path:
                self._answers[key] = answer

    def forget(self, path: str) -> None:
        """Answer every request of a path with 404."""
        self._answers = {key: answer for key, answer in self._answers.items() if json.loads(key)["path"] != path}

    def __call__(self, request: Request) -> Response:
        asked = decoded(request)
        self.asked.append(asked)
        if (key := _key(asked)) not in self._answers:
            return Response(json.dumps({"message": f"nobody recorded {asked}"}), status=404)
        return Response(json.dumps(self._answers[key]), content_type="application/json")


def decoded(request: Request) -> dict[str, Any]:
    """Return what a request asks for."""
    asked: dict[str, Any] = {"method": request.method, "path": request.path}
    for name, key in (("d", "domain"), ("o", "order")):
        if name in request.args:
            asked[key] = json.loads(urlsafe_b64decode(request.args[name]))
    if "s" in request.args:
        asked["size"] = int(request.args["s"])
    if "X-Tryton-Context" in request.headers:
        asked["context"] = json.loads(urlsafe_b64decode(request.headers["X-Tryton-Context"]))
    if request.data:
        asked["body"] = {name: value for name, value in json.loads(request.data).items() if name != "fields"}
    return asked


def _key(asked: Mapping[str, Any]) -> str:
    return json.dumps(asked, sort_keys=True)
