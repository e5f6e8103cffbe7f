"""Your settings are wrong: every exception that crossorigin raises.

::

    PolicyError                       all the mistakes of one call, together (an ExceptionGroup)
    └── SettingError                  one mistake
        ├── InvalidOriginError        not an origin, nor a pattern of origins
        ├── InvalidRegexError         a regular expression that is broken, slow or too wide
        ├── InvalidMethodError        not a method, or one that can never be used
        ├── InvalidHeaderNameError    not a header name, or one that can never be used
        ├── InvalidPathError          not a path of a rule
        ├── InvalidValueError         out of range, or not one of the choices
        ├── WrongTypeError            a text where a list belongs, a number where a yes or no does
        ├── UnknownOptionError        no option has that name
        ├── IncompatibleOptionsError  each is right alone, together they are not
        └── InvalidFileError          a policy file that cannot be read as one
    DialectError                      a text that is not of its format, or rules that a format has no words for

A request is never an exception: it gets a decision with reasons.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

#: Why each mistake is one. The keys are the headings of docs/reasons.md.
MISTAKES = {
    "bare-string": "a list is expected here; a text would be read letter by letter",
    "duplicate-path": "two rules for the same path leave it open which of them answers",
    "empty-file": "a policy file without a setting and without a rule would allow nothing and say nothing",
    "header-name-forbidden": "browsers never let a script set or read this header, so listing it has no effect",
    "header-name-not-a-token": "a header name is made of letters, digits and !#$%&'*+-.^_`|~",
    "invalid-json": "a value that starts with [ or { is read as JSON",
    "invalid-toml": "the file does not follow the TOML grammar",
    "jsonp-lets-every-site-read": "a script of any site can load JSONP and read it, whatever else the rule says",
    "jsonp-not-a-parameter": "it is the name of a parameter of the query, in which the callback is named",
    "jsonp-outside-the-proxy": "it needs the answer rewritten, which only the proxy does",
    "max-age-out-of-range": "browsers keep a preflight's answer for at most 86400 seconds (a day)",
    "method-forbidden": "browsers never send this method from a script",
    "method-not-a-token": "a method is made of letters, digits and !#$%&'*+-.^_`|~",
    "method-not-normalized": "methods are compared with case, and browsers send this one in upper case",
    "missing-paths": "a rule says which paths it serves",
    "not-a-choice": "the option takes only the values named here",
    "origin-has-a-default-port": "browsers leave the scheme's default port out, so this can never match",
    "origin-has-a-path": "an origin is scheme://host[:port] and nothing more",
    "origin-has-a-trailing-slash": "browsers send no slash after the host, so this can never match",
    "origin-has-an-invalid-host": "the host is not a domain or an IP address as a browser writes it",
    "origin-has-an-invalid-port": "a port is a number from 1 to 65535, without leading zeros",
    "origin-has-an-invalid-scheme": "a scheme is a letter followed by letters, digits, +, - and .",
    "origin-has-no-scheme": "an origin begins with its scheme; without one it can never match",
    "origin-has-upper-case": "browsers send origins in lower case, so this can never match",
    "origin-has-userinfo": "an origin holds no user name and no password",
    "origin-has-whitespace": "an origin holds no white space",
    "origin-is-a-file": "a page from a file has the origin null, as has every sandboxed frame of any site",
    "origin-is-empty": "an empty text is no origin",
    "origin-is-not-ascii": "browsers send the host's punycode (xn--) form, so this can never match",
    "origin-is-null": "any site can make a request with the origin null, from a sandboxed frame",
    "origin-is-too-long": "no origin is longer than 512 bytes",
    "path-is-not-a-pattern": "a path is literal, or ends in /* and is literal before that",
    "regex-does-not-compile": "it is not a regular expression",
    "regex-matches-any-origin": "with credentials, every site could read what your users may read",
    "regex-nests-repeats": "a repeat inside a repeat can take time that doubles with each letter of the input",
    "server-cannot-carry": "the server answers CORS by itself, and reads nothing that would say this",
    "status-out-of-range": "a refusal must not have an ok status (200 to 299), and a passed preflight must",
    "two-policies-for-a-route": "only one of them can answer, and it must be plain which",
    "unknown-option": "nothing has this name here",
    "wildcard-beside-names": "* already stands for all of them, so the rest would have no effect",
    "wildcard-is-not-a-pattern": (
        "a * stands for one or more whole labels at the start of the host (https://*.example.com), for letters, "
        "digits, - and _ inside one label that is not among the last two (https://app-*.example.com), or for any "
        "port (http://localhost:*), and nowhere else"
    ),
    "wildcard-over-public-suffix": "anyone can register a name there, and with credentials read your users' data",
    "wildcard-with-credentials": "browsers do not take * as an answer to a request with credentials",
    "wrong-type": "the option takes another type",
}


class SettingError(ValueError):
    """One mistake in the settings.

    :param option: the option, environment variable or key that holds it, such as ``allow_origins``.
    :param value: what was found there.
    :param reason: the mistake's id, a key of :data:`MISTAKES` and a heading of docs/reasons.md.
    :param fix: a sentence that says what to write instead.
    :param at: where in ``str(value)`` the mistake is, counted from 0, or None.
    :param item: which item of a list it is, counted from 0, or None.
    :param where: the file and table, or whatever else leads to the option, or "".
    """

    what = "is wrong"

    def __init__(  # noqa: PLR0913 (an error holds fields, not prose)
        self,
        option: str,
        value: object,
        reason: str,
        *,
        fix: str,
        at: int | None = None,
        item: int | None = None,
        where: str = "",
    ) -> None:
        super().__init__(option, value, reason)
        self.option = option
        self.value = value
        self.reason = reason
        self.fix = fix
        self.at = at
        self.item = item
        self.where = where

    @property
    def place(self) -> str:
        """Name the file, the option and the item, as far as they are known."""
        item = "" if self.item is None else f"[{self.item}]"
        return f"{self.where}{': ' if self.where else ''}{self.option}{item}"

    def __str__(self) -> str:
        """Say what is wrong with a caret, why, and what to write instead."""
        text = self.value if isinstance(self.value, str) else repr(self.value)
        # Why: what is printed may come from a file or a variable that someone else wrote.
        shown = ascii(text)[1:-1] if not text.isprintable() or not text.isascii() else text
        lines = [f'{self.place}: "{_shorten(shown)}" {self.what}']
        if self.at is not None and shown == text and len(text) <= _WIDTH:
            lines += [f"    {text}", f"    {' ' * self.at}^ {MISTAKES[self.reason]}"]
        else:
            lines += [f"    {MISTAKES[self.reason]}"]
        return "\n".join([*lines, f"{self.fix} (docs/reasons.md#{self.reason})"])


_WIDTH = 100


def _shorten(text: str) -> str:
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 3]}..."


class InvalidOriginError(SettingError):
    """A value that is neither an origin nor a pattern of origins."""

    what = "is not an origin that a browser sends"


class InvalidRegexError(SettingError):
    """A regular expression that is broken, can take for ever, or allows everyone."""

    what = "cannot be used as a regular expression for origins"


class InvalidMethodError(SettingError):
    """A value that is not a method, or a method that no script can use."""

    what = "is not a method that a browser sends"


class InvalidHeaderNameError(SettingError):
    """A value that is not a header name, or a header that no script can use."""

    what = "is not a header name that can be listed"


class InvalidPathError(SettingError):
    """A value that is not a path of a rule."""

    what = "is not a path of a rule"


class InvalidValueError(SettingError):
    """A value out of range, or not among the choices."""

    what = "is not a value of this option"


class WrongTypeError(SettingError):
    """A value of the wrong type."""

    what = "has the wrong type"


class UnknownOptionError(SettingError):
    """A name that no option has."""

    what = "is not known"


class IncompatibleOptionsError(SettingError):
    """Settings that are right alone and wrong together."""

    what = "does not go with the other settings"


class InvalidFileError(SettingError):
    """A policy file that cannot be read as one."""

    what = "cannot be read as a policy"


class PolicyError(ExceptionGroup[SettingError], ValueError):
    """All the mistakes of one set of settings.

    ``exceptions`` holds them, one :class:`SettingError` each, in the order of the settings.
    """

    def __new__(cls, mistakes: Sequence[SettingError]) -> Self:
        """Collect the mistakes, of which there is at least one."""
        count = "1 mistake" if len(mistakes) == 1 else f"{len(mistakes)} mistakes"
        # Why: all of it, because loggers and test tools show an exception group by its message.
        return super().__new__(cls, "\n\n".join([f"{count} in the CORS settings:", *map(str, mistakes)]), mistakes)

    def __init__(self, mistakes: Sequence[SettingError]) -> None:
        """Take the same mistakes as ``__new__``."""
        super().__init__(self.message, mistakes)

    @property
    def mistakes(self) -> tuple[SettingError, ...]:
        """The mistakes, as ``exceptions`` has them."""
        return tuple(mistake for mistake in self.exceptions if isinstance(mistake, SettingError))

    def derive(self, mistakes: Sequence[SettingError]) -> PolicyError:  # type: ignore[override]  # it holds only these
        """Make the group that ``split`` and ``subgroup`` return."""
        return PolicyError(mistakes)

    def __str__(self) -> str:
        """Print every mistake in full."""
        return self.message


class DialectError(ValueError):
    """A text that cannot be read in its dialect, or rules that a dialect has no words for at all.

    :param dialect: its name.
    :param what: what is wrong.
    :param fix: a sentence that says what to write instead.
    :param line: where it is in the text, counted from 1; 0 where there is no text.
    :param column: the same in the line.
    :param excerpt: that line.
    """

    def __init__(  # noqa: PLR0913 (an error holds fields, not prose)
        self, dialect: str, what: str, *, fix: str, line: int = 0, column: int = 0, excerpt: str = ""
    ) -> None:
        super().__init__(dialect, what)
        self.dialect = dialect
        self.what = what
        self.fix = fix
        self.line = line
        self.column = column
        self.excerpt = excerpt

    def __str__(self) -> str:
        """Say where, show the line with a caret, and say what to write instead."""
        if not self.line:
            return f"{self.dialect}: {self.what}\n{self.fix}"
        # Why: a line may have a megabyte, and whatever it holds is printed.
        start = max(0, self.column - 1 - _WIDTH // 2)
        shown = "".join(mark if mark.isprintable() else "?" for mark in self.excerpt[start : start + _WIDTH])
        lines = [f"{self.dialect}, line {self.line}, column {self.column}: {self.what}"]
        if shown.strip():
            lines += [f"    {shown}", f"    {' ' * (self.column - 1 - start)}^"]
        return "\n".join([*lines, self.fix])


class PolicyWarning(UserWarning):
    """A setting that works but is probably not what was meant."""
