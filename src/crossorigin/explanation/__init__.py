"""Why it was refused, in plain words: what happened, why the rule exists, what to write instead."""

from crossorigin.explanation.console import ConsoleMessage, read_console_message
from crossorigin.explanation.explaining import explain
from crossorigin.explanation.shapes import Explanation, Fix, NearMiss

__all__ = ["ConsoleMessage", "Explanation", "Fix", "NearMiss", "explain", "read_console_message"]
