"""The policy file, read again while requests run."""

from __future__ import annotations

import os
import threading
import time
from typing import TYPE_CHECKING

import pytest

from crossorigin import PolicyError
from crossorigin.gateway import reload
from crossorigin.gateway.reload import PolicyFile
from proxies import APP, POLICY, serve_proxy, upstream, wait_until
from servers import ask, serve_asgi

if TYPE_CHECKING:
    from pathlib import Path

OTHER = "https://other.example"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "cors.toml"
    found.write_text(POLICY)
    return found


def test_a_file_that_has_not_changed_is_not_read(path: Path) -> None:
    file = PolicyFile(str(path))
    before = file.ruleset
    assert not file.reload()
    assert file.ruleset is before


def test_a_changed_file_is_put_in_force(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Also where it was replaced by another file, of the same size and age."""
    caplog.set_level("INFO", "crossorigin.gateway")
    file = PolicyFile(str(path))
    other = path.with_name("other.toml")
    other.write_text(POLICY.replace("app", "bar"))
    os.utime(other, ns=(path.stat().st_mtime_ns, path.stat().st_mtime_ns))
    other.replace(path)
    assert file.reload()
    assert file.ruleset.find_policy("/").allow_origins == ("https://bar.example",)  # type: ignore[union-attr]
    assert "the new policy is in force" in caplog.text


@pytest.mark.parametrize(
    ("text", "said"),
    [("allow_origins = [", "TOML grammar"), ('allow_origins = ["https://a.example/"]', "slash"), ("\xff", "UTF-8")],
)
def test_a_broken_file_keeps_the_old_policy(path: Path, text: str, said: str, caplog: pytest.LogCaptureFixture) -> None:
    """The log says why, once; the mended file is taken."""
    file = PolicyFile(str(path))
    before = file.ruleset
    path.write_bytes(text.encode("latin-1"))
    assert not file.reload()
    assert not file.reload()
    assert file.ruleset is before
    assert caplog.text.count("the old policy stays in force") == 1
    assert said in caplog.text
    path.write_text(POLICY)
    assert file.reload()


def test_a_file_that_is_gone(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """An editor may take it away for a moment: it is told of the second time, once."""
    file = PolicyFile(str(path))
    path.unlink()
    assert not file.reload()
    assert not caplog.text
    assert not file.reload()
    assert not file.reload()
    assert caplog.text.count("cannot be read") == 1
    path.write_text(POLICY)
    file.reload()
    path.unlink()
    assert not file.reload()
    assert caplog.text.count("cannot be read") == 1


def test_a_file_that_is_wrong_at_the_start(path: Path) -> None:
    """There is no old policy: whoever starts the proxy is told."""
    path.write_text('allow_origins = ["*"]\nallow_credentials = true\n')
    with pytest.raises(PolicyError):
        PolicyFile(str(path))
    with pytest.raises(OSError, match="No such file"):
        PolicyFile(str(path.with_name("none.toml")))


def test_warnings_are_logged(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.write_text('allow_origins = ["http://app.example"]\nallow_credentials = true\n')
    PolicyFile(str(path))
    assert "http://app.example" in caplog.text


def test_a_reload_under_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every request is answered by the old policy or the new one, whole, and none is lost."""
    monkeypatch.setattr(reload, "_SECONDS_BETWEEN_LOOKS", 0.05)
    stop = threading.Event()
    seen: list[tuple[int, str | None]] = []

    def call(port: int) -> None:
        while not stop.is_set():
            for origin in (APP, OTHER):
                answer = ask(port, "GET", "/items", [("Origin", origin)])
                seen.append((answer.status, answer.cors.get("access-control-allow-origin", "")))
                assert answer.cors.get("access-control-allow-origin") in {None, origin}

    with serve_asgi(upstream) as port, serve_proxy(tmp_path, port) as proxy:
        threads = [threading.Thread(target=call, args=(proxy.port,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        try:
            for number in range(10):
                policy = POLICY if number % 2 else POLICY.replace(APP, OTHER)
                proxy.policy.write_text(policy if number % 3 else "broken [")
                time.sleep(0.1)
            proxy.policy.write_text(POLICY.replace(APP, OTHER) + "max_age = 7\n")
            wait_until(lambda: (200, OTHER) in seen[-4:])
        finally:
            stop.set()
            for thread in threads:
                thread.join()
    assert {status for status, _ in seen} == {200}
    assert {origin for _, origin in seen} == {APP, OTHER, ""}
