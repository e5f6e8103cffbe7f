"""The constants that users of flask-cors import from its ``core``."""

from __future__ import annotations

import re

from crossorigin.standard import headers as names

ACL_ORIGIN = names.ALLOW_ORIGIN
ACL_METHODS = names.ALLOW_METHODS
ACL_ALLOW_HEADERS = names.ALLOW_HEADERS
ACL_EXPOSE_HEADERS = names.EXPOSE_HEADERS
ACL_CREDENTIALS = names.ALLOW_CREDENTIALS
ACL_MAX_AGE = names.MAX_AGE
ACL_RESPONSE_PRIVATE_NETWORK = names.ALLOW_PRIVATE_NETWORK
ACL_REQUEST_METHOD = names.REQUEST_METHOD
ACL_REQUEST_HEADERS = names.REQUEST_HEADERS
ACL_REQUEST_HEADER_PRIVATE_NETWORK = names.REQUEST_PRIVATE_NETWORK

ALL_METHODS = ["GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"]

#: The options, and what each is where nobody says otherwise.
DEFAULT_OPTIONS: dict[str, object] = {
    "origins": "*",
    "methods": ALL_METHODS,
    "allow_headers": "*",
    "expose_headers": None,
    "supports_credentials": False,
    "max_age": None,
    "send_wildcard": False,
    "vary_header": True,
    "automatic_options": True,
    "always_send": True,
    "allow_private_network": False,
    "resources": r"/*",
    "intercept_exceptions": True,
}

#: The keys of ``app.config`` that are read.
CONFIG_OPTIONS = [f"CORS_{name.upper()}" for name in DEFAULT_OPTIONS]

__all__ = [
    "ACL_ALLOW_HEADERS",
    "ACL_CREDENTIALS",
    "ACL_EXPOSE_HEADERS",
    "ACL_MAX_AGE",
    "ACL_METHODS",
    "ACL_ORIGIN",
    "ACL_REQUEST_HEADERS",
    "ACL_REQUEST_HEADER_PRIVATE_NETWORK",
    "ACL_REQUEST_METHOD",
    "ACL_RESPONSE_PRIVATE_NETWORK",
    "ALL_METHODS",
    "CONFIG_OPTIONS",
    "DEFAULT_OPTIONS",
    "re",
]
