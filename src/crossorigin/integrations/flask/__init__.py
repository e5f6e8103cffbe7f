"""CORS for Flask, with the names, defaults and harmless habits of flask-cors 6.

``CORS(app)`` answers for a whole app: preflights before anything else, and errors, too. ``cross_origin`` gives one
view a policy of its own.

>>> from flask import Flask
>>> app = Flask("api")
>>> _ = CORS(app, origins=["https://app.example"])
"""

from crossorigin.integrations.flask._decorator import cross_origin
from crossorigin.integrations.flask._extension import CORS

__all__ = ["CORS", "cross_origin"]
