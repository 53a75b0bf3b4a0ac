"""One place where every log line takes its form and loses its personal data, whichever library wrote it."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping
from typing import Literal, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

# A safety net under the rule that nobody logs personal data: servers repeat addresses in their refusals, drivers repeat
# passwords in theirs, and both end up in tracebacks.
_SECRETS = (
    (re.compile(r"[^\s@<>\"'\\(,;:=/\[\]]{1,64}@[A-Za-z0-9.-]{1,255}"), "[e-mail]"),
    (re.compile(r"SG\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]+)?"), "[api key]"),
    (re.compile(r"(?<![\w+])\+[0-9][0-9 .-]{6,18}[0-9]\b"), "[phone]"),
    (re.compile(r"\b[A-Z]{2}[0-9]{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b"), "[iban]"),
)
_LOGIN = re.compile(r"://[^\s/]{1,500}@")
# Libraries that log what must stay secret (sendgrid's client: the API key) or more than anybody reads.
_QUIET = {"python_http_client.client": logging.WARNING, "asyncio": logging.WARNING, "alembic": logging.WARNING}


def set_up_logs(form: Literal["console", "json"] = "console", stream: TextIO | None = None) -> None:
    """Send structlog and standard logging alike to `stream` (stderr when None), one event per line in JSON.

    `console` is for eyes, `json` for machines. Calling it again replaces what was set up before.
    """
    stream = stream or sys.stderr
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=_form(form, stream)))
    root = logging.getLogger()
    for old in root.handlers[:]:
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    for name, level in _QUIET.items():
        logging.getLogger(name).setLevel(level)


def scrubbed(text: str) -> str:
    """`text` without e-mail addresses, international phone numbers, IBANs, SendGrid keys and logins in URLs."""
    text = _LOGIN.sub("://[login]@", text)
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


def _form(form: Literal["console", "json"], stream: TextIO) -> list[Processor]:
    # The plain traceback on purpose: the pretty one prints local variables, and those hold names and addresses.
    renderer: Processor = structlog.dev.ConsoleRenderer(
        colors=stream.isatty(), exception_formatter=structlog.dev.plain_traceback
    )
    if form == "json":
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    return [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.format_exc_info,
        _scrub,
        renderer,
    ]


def _scrub(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {name: _scrubbed_value(value) for name, value in event.items()}


def _scrubbed_value(value: object) -> object:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, Mapping):
        return {str(name): _scrubbed_value(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_scrubbed_value(inner) for inner in value]
    return scrubbed(str(value))
