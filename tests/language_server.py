"""An editor without a screen: speaks the language server protocol over stdio, as VS Code or Neovim do."""

from __future__ import annotations

import json
import os
import re
import subprocess
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CURSOR = "│"
_SECONDS = 300  # for a whole session, on a busy machine


@dataclass(frozen=True)
class Mistake:
    """A diagnostic; line and column count from 1, as our findings do."""

    line: int
    column: int
    message: str


class Editor:
    """One session with a language server. Files are opened from `folder`; ends with the `with` block."""

    def __init__(self, command: list[str], folder: Path) -> None:
        self.folder = folder
        self._number = 0
        self._opened: set[str] = set()
        self._diagnostics: dict[str, list[dict[str, Any]]] = {}
        # No proxy and no registry: whatever the server would load from outside must not be needed.
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "http_proxy": "http://127.0.0.1:9"}
        self._server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
        self._watch = threading.Timer(_SECONDS, self._server.kill)

    def __enter__(self) -> Editor:
        self._watch.start()
        item = {"snippetSupport": True, "documentationFormat": ["markdown"]}
        known = {
            "textDocument": {"completion": {"completionItem": item}, "hover": {"contentFormat": ["markdown"]}},
            "workspace": {"configuration": True},
        }
        told = {"processId": os.getpid(), "rootUri": self.folder.as_uri(), "capabilities": known}
        self.ask("initialize", told)
        self._send({"method": "initialized", "params": {}})
        return self

    def __exit__(self, *raised: object) -> None:
        try:
            self.ask("shutdown", None)
            self._send({"method": "exit"})
            self._server.wait(10)
        finally:
            self._watch.cancel()
            self._server.kill()
            self._server.communicate()

    def open(self, name: str, text: str) -> str:
        """Write the file and open it, each only once in a session; its URI."""
        file = self.folder / name
        assert file.as_uri() not in self._opened, name
        self._opened.add(file.as_uri())
        file.write_text(text, "utf-8")
        document = {"uri": file.as_uri(), "languageId": "yaml", "version": 1, "text": text}
        self._send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        return file.as_uri()

    def mistakes(self, name: str, text: str) -> list[Mistake]:
        """What the editor underlines in the file."""
        uri = self.open(name, text)
        while uri not in self._diagnostics:
            self._take(self._read())
        starts = [(found["range"]["start"], found["message"]) for found in self._diagnostics[uri]]
        return [Mistake(at["line"] + 1, at["character"] + 1, message) for at, message in starts]

    def offered(self, text: str) -> dict[str, dict[str, Any]]:
        """The completions where the cursor `│` stands in a new file, by label."""
        answer = self._at_cursor("textDocument/completion", text)
        return {item["label"]: item for item in answer["items"]}

    def chosen(self, text: str, label: str) -> str:
        """The text after the author has chosen what is offered and kept what it proposes, indented as editors do."""
        item = self.offered(text)[label]
        before, _, after = text.partition(CURSOR)
        line = before[before.rfind("\n") + 1 :]
        begin = len(before) - len(line) + item["textEdit"]["range"]["start"]["character"]
        piece = re.sub(r"\$\{\d+:([^}]*)\}", r"\1", item["textEdit"]["newText"])
        margin = line[: len(line) - len(line.lstrip(" "))]
        return before[:begin] + piece.replace("\n", f"\n{margin}") + after

    def hover(self, text: str) -> str:
        """The help shown under the pointer `│` in a new file, as Markdown; empty for none."""
        answer = self._at_cursor("textDocument/hover", text)
        return str(answer["contents"]["value"]) if answer else ""

    def _at_cursor(self, method: str, text: str) -> Any:
        before, found, after = text.partition(CURSOR)
        assert found, "the text has no cursor"
        place = {"line": before.count("\n"), "character": len(before) - before.rfind("\n") - 1}
        uri = self.open(f"typed-{self._number}.yaml", before + after)
        return self.ask(method, {"textDocument": {"uri": uri}, "position": place})

    def ask(self, method: str, params: Any) -> Any:
        """Ask and wait for the answer. AssertionError when the server refuses or ends."""
        self._number += 1
        number = self._number
        self._send({"id": number, "method": method, "params": params})
        while True:
            told = self._read()
            if told.get("id") == number and "method" not in told:
                assert "error" not in told, told
                return told.get("result")
            self._take(told)

    def _take(self, told: dict[str, Any]) -> None:
        if told.get("method") == "textDocument/publishDiagnostics":
            self._diagnostics[told["params"]["uri"]] = told["params"]["diagnostics"]
        elif "id" in told:  # the server asks: for settings it gets none, as from an editor that was never set up
            asked = told.get("method") == "workspace/configuration"
            self._send({"id": told["id"], "result": [None for _ in told["params"]["items"]] if asked else None})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._server.stdin is not None
        self._server.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._server.stdin.flush()

    def _read(self) -> dict[str, Any]:
        assert self._server.stdout is not None
        length = 0
        while line := self._server.stdout.readline().strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        assert length, "the language server ended"
        told: dict[str, Any] = json.loads(self._server.stdout.read(length))
        return told
