"""The methods and header names that are allowed where the settings name none."""

from __future__ import annotations

default_headers = ("accept", "authorization", "content-type", "user-agent", "x-csrftoken", "x-requested-with")

default_methods = ("DELETE", "GET", "OPTIONS", "PATCH", "POST", "PUT")
