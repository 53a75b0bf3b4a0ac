"""Log lines carry what an operator needs and nothing about a person, whoever wrote them."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Literal

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from console.health import AddressWrong, host_and_port
from console.logs import scrubbed, set_up_logs

Form = Literal["console", "json"]


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Put pytest's own log handlers back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def _written(form: Form, speak: str, *args: object) -> str:
    stream = io.StringIO()
    set_up_logs(form, stream)
    logging.getLogger("activities.smtp").warning(speak, *args)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("550 <jean.dupont@example.com> unknown", "550 <[e-mail]> unknown"),
        ("call +33 6 12 34 56 78 today", "call [phone] today"),
        ("postgresql://relance:s3cret@db/relance is down", "postgresql://[login]@db/relance is down"),
        ("Authorization: Bearer SG.abcdefghijkl.mnopqrs", "Authorization: Bearer [api key]"),
        ("paid from FR76 3000 6000 0112 3456 7890 189", "paid from [iban]"),
        ("case F-2026-0042 of 1500.00 EUR, due 2026-03-09", "case F-2026-0042 of 1500.00 EUR, due 2026-03-09"),
        ("wakes at 2026-03-09T08:00:00+00:00", "wakes at 2026-03-09T08:00:00+00:00"),
    ],
)
@pytest.mark.parametrize("form", ["console", "json"])
def test_personal_data_stays_out_and_the_case_stays_in(form: Form, said: str, kept: str) -> None:
    """On 9 March a server repeats an address in its refusal: the line keeps the reason and the case, not the person."""
    line = _written(form, "%s", said)
    assert kept in line
    assert scrubbed(said) == kept


@pytest.mark.parametrize("form", ["console", "json"])
def test_tracebacks_show_neither_variables_nor_addresses(form: Form) -> None:
    """An error escapes while a letter is made: its place is logged, the debtor in the local variables is not."""
    stream = io.StringIO()
    set_up_logs(form, stream)
    debtor = "Madame " + "Durand"
    try:
        raise ValueError(f"no mailbox {len(debtor)} for " + "claire" + "@example.org")
    except ValueError:
        logging.getLogger("activities").exception("failed")
    assert "no mailbox" in stream.getvalue()
    assert "Madame Durand" not in stream.getvalue()
    assert "claire@example.org" not in stream.getvalue()


@given(st.text(max_size=60), st.text(max_size=30))
def test_any_text_is_one_line_of_valid_json(said: str, key: str) -> None:
    """Whatever a provider answers on a bad day, line breaks and addresses included, the platform can read the line."""
    stream = io.StringIO()
    set_up_logs("json", stream)
    structlog.get_logger("test").info("said", answer={"text": f"{said}\nbob@example.org", key: [said]})
    lines = stream.getvalue().splitlines(keepends=True)
    assert "bob@" not in stream.getvalue()
    assert json.loads(stream.getvalue())["event"] == "said"
    assert stream.getvalue().count("\n") == 1, lines


def test_noisy_libraries_are_quiet() -> None:
    """SendGrid's client logs its API key at DEBUG: even with everything else at DEBUG it must not."""
    stream = io.StringIO()
    set_up_logs("json", stream)
    logging.getLogger().setLevel(logging.DEBUG)
    logging.getLogger("python_http_client.client").debug("Authorization: %s", "secret")
    assert stream.getvalue() == ""


@pytest.mark.parametrize("address", ["8070", ":8070", "host:", "host:x", "host:70000", "host:٣", ""])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    """The health address was mistyped: it is refused with the right way to write it."""
    with pytest.raises(AddressWrong, match="host:port"):
        host_and_port(address)


def test_addresses_are_read() -> None:
    """IPv4, names and bracketed IPv6 are all understood."""
    assert host_and_port("127.0.0.1:8070") == ("127.0.0.1", 8070)
    assert host_and_port("[::1]:0") == ("::1", 0)
