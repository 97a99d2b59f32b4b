"""The Django settings of the screens: which parts a request passes, and what a browser is allowed to do.

Input: the folder of the workspace and the host names under which it is served. The settings of the database are the
store's own.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

LOCAL_HOSTS = ("localhost", "127.0.0.1", "[::1]")
STATIC = Path(__file__).parent / "static"
YEAR_SECONDS = 365 * 24 * 3600


def web_settings(root: Path, hosts: Sequence[str] = LOCAL_HOSTS) -> dict[str, Any]:
    """Return the settings that the screens add to those of the store."""
    return {
        "DETENTE_ROOT": root,
        "ALLOWED_HOSTS": list(hosts),
        # Nothing that outlives the process is signed with it, so that there is no secret to keep.
        "SECRET_KEY": secrets.token_urlsafe(48),
        "INSTALLED_APPS": ["django.contrib.staticfiles", "detente.web"],
        "MIDDLEWARE": [
            "django.middleware.gzip.GZipMiddleware",
            "django.middleware.security.SecurityMiddleware",
            "csp.middleware.CSPMiddleware",
            "whitenoise.middleware.WhiteNoiseMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
            "detente.web.refusals.Refusals",
        ],
        "ROOT_URLCONF": "detente.web.urls",
        "CSRF_FAILURE_VIEW": "detente.web.refusals.foreign_form",
        "TEMPLATES": [
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": ["django.template.context_processors.request", "detente.web.frame.frame"]
                },
            }
        ],
        "STATIC_URL": f"/static/{_digest(STATIC)}/",
        "WHITENOISE_USE_FINDERS": True,
        # The address holds a digest of the files: what it gives never changes.
        "WHITENOISE_MAX_AGE": YEAR_SECONDS,
        "CONTENT_SECURITY_POLICY": {"DIRECTIVES": _POLICY},
        "SECURE_REFERRER_POLICY": "same-origin",
        "X_FRAME_OPTIONS": "DENY",
        "LOGGING_CONFIG": None,
    }


_POLICY = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "style-src-attr": ["'none'"],
    "img-src": ["'self'", "data:"],  # Tabler draws the marks of its form fields as data
    "connect-src": ["'self'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}
"""What a page may load: nothing from anywhere else, and nothing written into the page itself."""


def _digest(folder: Path) -> str:
    """Return a digest of every file under a folder, by name and content."""
    whole = hashlib.sha256()
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        whole.update(file.relative_to(folder).as_posix().encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return whole.hexdigest()[:12]
