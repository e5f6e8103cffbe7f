"""What the server should do: ``decide(policy, request)``, and ``compile(policy)``, a table of rendered answers."""

from crossorigin.decision.judging import Decision, decide
from crossorigin.decision.table import Answer, Table, compile, compile_text  # noqa: A004 (the name users know it by)

__all__ = ["Answer", "Decision", "Table", "compile", "compile_text", "decide"]
