"""What ``check`` and ``explain`` say of a judgement: for a person, and for machines."""

from __future__ import annotations

import json
import sys
import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crossorigin.browser.preflight import is_preflight
from crossorigin.cli.judging import NotSentError
from crossorigin.cli.layers import find_layers, guess_framework
from crossorigin.cli.printing import get_width
from crossorigin.explanation import explain
from crossorigin.explanation.drawing import End, Line, choose_marks, draw, end_of
from crossorigin.messages import escape

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crossorigin.browser import Call, Verdict
    from crossorigin.cli.judging import Judgement, Walk
    from crossorigin.decision import Decision
    from crossorigin.explanation import Explanation
    from crossorigin.messages import Headers, Request, Response
    from crossorigin.policy import Policy
    from crossorigin.reasons import Reason
    from crossorigin.ruleset import Ruleset

STATUS = {"readable": 0, "preflight-passed": 0, "blocked": 1, "not-judged": 2}

_WORDS = {
    "readable": ("READABLE", "green"),
    "blocked": ("BLOCKED", "red"),
    "preflight-passed": ("THE PREFLIGHT PASSED", "green"),
    "not-judged": ("NOT JUDGED", "yellow"),
}
_STEPS = {"preflight": "at the preflight", "request": "at the request itself", "redirect": "at a redirect"}
_WIDEST_TEXT = 100


def _end_of(walk: Walk) -> End:
    """Return how a walk ends, also where it came to no verdict."""
    if walk.verdict is not None:
        return end_of(walk.verdict)
    if isinstance(walk.stop, NotSentError):
        return End(f"{escape(walk.stop.request.method)} not sent", is_good=True, style="")
    return End("no answer")


@dataclass(slots=True)
class Report:
    """Everything that is said of one call.

    ``decisions`` are what a server's policy decided, each with the paths of the rule that served it.
    ``framework`` is the one whose code was asked for, ``seen`` the one that the app is made of.
    """

    call: Call
    judgement: Judgement
    source: str
    notes: list[str] = field(default_factory=list)
    number: int | None = None
    policy: Policy | Ruleset | None = None
    decisions: list[tuple[Request, Decision, tuple[str, ...]]] = field(default_factory=list)
    not_imitated: Sequence[str] = ()
    framework: str | None = None
    seen: str | None = None
    file: str | None = None
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def walk(self) -> Walk:
        """Return the walk that is shown."""
        return self.judgement.shown

    @property
    def status(self) -> int:
        """Return the exit status."""
        return STATUS[self.judgement.outcome]

    def explain(self) -> Explanation | None:
        """Explain what blocks the call, if something does."""
        verdict = self.walk.verdict
        if verdict is None or verdict.reason is None:
            return None
        return explain(verdict.reason, call=self.call, exchanges=verdict.exchanges, policy=self.policy)

    def find_error(self) -> str | None:
        """Say on one line why nothing could be judged, and what to do."""
        stop = self.walk.stop
        if self.judgement.outcome != "not-judged" or stop is None:
            return None
        if isinstance(stop, NotSentError):
            method = escape(stop.request.method)
            return (
                f"{escape(stop.request.url)}: nothing is judged, because a {method} may change something and was not "
                f"sent. There is no preflight before it; --send sends it"
            )
        hint = "; --insecure goes on without trust" if stop.kind == "tls" and "trusted" in stop.what else ""
        return escape(f"{stop}{hint}")

    def write(self) -> Iterator[Line]:
        """Yield the report for a person."""
        width = get_width()
        # Why: where nothing came back, the line of the error says all there is.
        if not self.walk.exchanges:
            return
        marks = choose_marks(sys.stdout.encoding)
        yield from draw(self.call, self.walk.exchanges, _end_of(self.walk), width=width, marks=marks)
        yield Line("")
        for line in self._write_words():
            if not line.text or line.text.startswith("    "):
                yield line
                continue
            indent = " " * (len(line.text) - len(line.text.lstrip()) + 2)
            options: dict[str, Any] = {
                "subsequent_indent": indent,
                "break_on_hyphens": False,
                "break_long_words": False,
            }
            for part in textwrap.wrap(line.text, min(width, _WIDEST_TEXT), **options):
                yield Line(part, line.style)

    def _write_words(self) -> Iterator[Line]:
        yield from self._write_verdict()
        if explanation := self.explain():
            yield from self._write_explanation(explanation)
        yield from self._write_decisions()
        yield from self._write_layers()
        for note in self.notes:
            yield Line(f"Note: {note}", "yellow")
        if self.not_imitated:
            yield Line(f"Not imitated: {', '.join(self.not_imitated)}.", "dim")

    def _write_verdict(self) -> Iterator[Line]:
        outcome = self.judgement.outcome
        word, style = _WORDS[outcome]
        yield Line(f"{word}: {describe(self.walk)}", style)
        if not self.judgement.agrees:
            yield Line("The engines differ:")
            for walk in self.judgement.walks:
                yield Line(f"  {walk.profile}: {_WORDS[walk.outcome][0].lower()}, {describe(walk)}")
            # Why: what the standard blocks today, an engine may block tomorrow.
            others = {walk.verdict.reason for walk in self.judgement.walks if walk.verdict and walk.verdict.reason}
            for reason in others if outcome == "readable" else ():
                yield Line(f"  To be safe in all: {escape(reason.hint)}")

    def _write_explanation(self, explanation: Explanation) -> Iterator[Line]:
        yield Line(f"What: {escape(explanation.what)}")
        yield Line(f"Why: {escape(explanation.why)}")
        for miss in explanation.near_misses:
            yield Line(f"Look: {escape(miss.sentence)}")
        fix = explanation.fix
        yield Line(f"Fix ({fix.where}): {escape(fix.sentence)}", "bold")
        if self.file and fix.settings and not self.framework:
            yield from self._write_settings(explanation)
        elif fix.code:
            chosen = self._choose_framework(tuple(fix.code))
            # Why: without the policy nobody knows the other options, which must not be lost.
            rest = " (what this call needs)" if fix.settings and self.policy is None else ""
            yield Line(f"  {chosen}{rest}:")
            for line in fix.code[chosen].splitlines():
                yield Line(f"    {escape(line)}", "bold")
            others = ", ".join(name for name in fix.code if name not in {chosen, "JavaScript"})
            if others:
                yield Line(f"  For {others}: --framework", "dim")
        yield Line(f"More: {explanation.docs}", "dim")

    def _choose_framework(self, known: Sequence[str]) -> str:
        """Return whose code is shown: what was asked for, else the script's, else that of what answers."""
        first = known[0] if "JavaScript" not in known else "JavaScript"
        guess = self.seen or guess_framework(find_layers(self.walk.exchanges), known)
        wanted = self.framework or (guess if first != "JavaScript" else None)
        return wanted if wanted is not None and wanted in known else first

    def _write_settings(self, explanation: Explanation) -> Iterator[Line]:
        """Write the fix in the words of the policy file; of its values, TOML and JSON write all alike."""
        paths = next((paths for *_, paths in reversed(self.decisions) if paths), ())
        rule = f", the rule for {', '.join(paths)}" if paths else ""
        yield Line(escape(f"  {self.file}{rule}:"))
        for name, value in explanation.fix.settings.items():
            yield Line(f"    {name} = {json.dumps(value if value is not None else 'none')}", "bold")

    def _write_decisions(self) -> Iterator[Line]:
        for request, decision, paths in self.decisions:
            step = "preflight" if is_preflight(request) else escape(request.method)
            rule = f"the rule for {', '.join(paths)}" if paths else "no rule serves the path"
            verb = "allows" if decision.allowed else "refuses"
            said = f"{rule}; it {verb} the {step}" if paths else f"{rule}, so the {step} is not touched"
            yield Line(f"Server: {escape(said)}{'.' if decision.allowed else ':'}")
            for reason in decision.reasons:
                yield Line(f"  {reason.id}: {escape(reason.message)}. {escape(reason.hint)}")

    def _write_layers(self) -> Iterator[Line]:
        layers = find_layers(self.walk.exchanges)
        seen = dict.fromkeys(f"{layer.step}: {layer}" for layer in layers if layer.signs)
        for said in seen:
            yield Line(f"Layer, {said}", "dim")

    def as_object(self) -> dict[str, Any]:
        """Return all of it for machines."""
        explanation = self.explain()
        error = self.find_error()
        stop = self.walk.stop
        found: dict[str, Any] = {
            "verdict": self.judgement.outcome,
            "status": self.status,
            "source": self.source,
            "entry": self.number,
            "call": _show_call(self.call),
            "agrees": self.judgement.agrees,
            "engines": {walk.profile: _show_walk(walk) for walk in self.judgement.walks},
            "exchanges": [_show_exchange(*exchange) for exchange in self.walk.exchanges],
            "explanation": _show_explanation(explanation) if explanation else None,
            "server": [_show_decision(*decision) for decision in self.decisions],
            "layers": [{"step": layer.step, "signs": dict(layer.signs)} for layer in find_layers(self.walk.exchanges)],
            "notes": self.notes,
            "not_imitated": list(self.not_imitated),
            "error": error and {"kind": getattr(stop, "kind", "not-sent"), "message": error},
        }
        return found | self.facts


def describe(walk: Walk) -> str:
    """Say on one line what came of a walk."""
    if walk.verdict is None:
        stop = walk.stop
        if isinstance(stop, NotSentError) and walk.outcome == "preflight-passed":
            method = escape(stop.request.method)
            return f"the {method} itself was not sent, because it may change something; --send sends it"
        return "a request was not sent" if isinstance(stop, NotSentError) else "a request has no answer"
    if walk.verdict.reason is not None:
        where = _STEPS[walk.verdict.step or "request"]
        return f"{where}, {walk.verdict.reason.message} ({walk.verdict.reason.id})"
    names = list(dict.fromkeys(name.lower() for name, _ in walk.verdict.readable_headers))
    headers = f", and the headers {escape(', '.join(names))}" if names else ", and no header"
    return f"the script gets status {walk.verdict.status}{headers}"


def _show_call(call: Call) -> dict[str, Any]:
    body = call.body.decode("utf-8", "replace") if isinstance(call.body, bytes) else call.body
    return {
        "page_origin": call.page_origin,
        "url": call.url,
        "method": call.method,
        "headers": _show_headers(call.headers),
        "credentials": call.credentials,
        "body": body,
    }


def _show_headers(headers: Headers) -> list[list[str]]:
    return [[name, value] for name, value in headers]


def _show_walk(walk: Walk) -> dict[str, Any]:
    verdict: Verdict | None = walk.verdict
    return {
        "verdict": walk.outcome,
        "reason": verdict.reason.id if verdict and verdict.reason else None,
        "step": verdict.step if verdict else None,
        "status": verdict.status if verdict else None,
        "readable_headers": _show_headers(verdict.readable_headers) if verdict else [],
    }


def _show_exchange(request: Request, response: Response) -> dict[str, Any]:
    asked = {"method": request.method, "url": request.url, "headers": _show_headers(request.headers)}
    answered = {"status": response.status, "headers": _show_headers(response.headers)}
    return {"step": "preflight" if is_preflight(request) else "request", "request": asked, "response": answered}


def _show_explanation(explanation: Explanation) -> dict[str, Any]:
    fix = explanation.fix
    return {
        "reason": _show_reason(explanation.reason),
        "what": explanation.what,
        "why": explanation.why,
        "near_misses": [miss._asdict() for miss in explanation.near_misses],
        "fix": {
            "where": fix.where,
            "sentence": fix.sentence,
            "settings": dict(fix.settings),
            "headers": _show_headers(fix.headers),
            "status": fix.status,
            "call": dict(fix.call),
            "code": dict(fix.code),
        },
        "docs": explanation.docs,
    }


def _show_reason(reason: Reason) -> dict[str, str]:
    return {"id": reason.id, "message": reason.message, "hint": reason.hint, "anchor": reason.anchor}


def _show_decision(request: Request, decision: Decision, paths: tuple[str, ...]) -> dict[str, Any]:
    return {
        "step": "preflight" if is_preflight(request) else "request",
        "allowed": decision.allowed,
        "rule": list(paths),
        "status": decision.status,
        "reasons": [_show_reason(reason) for reason in decision.reasons],
    }
