"""One cell of an import at a time: days, amounts and words out of hostile text, or a sentence on what is wrong."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from datetime import date
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files

from babel.numbers import is_currency

from activities.plain import is_plain
from dunning.fact import MOST_FACT_MONEY
from dunning.money import Money

LONGEST_CELL = 1000  # characters
YEARS = range(1990, 2101)  # a day of another one is a slip of the pen
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T]00:00(?::00)?)?")  # databases export a day as its midnight
_EUROPEAN = re.compile(r"([0-9]{1,2})[/.]([0-9]{1,2})[/.]([0-9]{4})")
_SPACES = re.compile(r"[ '\u00a0\u2009\u202f\u2019]")
_GROUPED = {
    ".": re.compile(r"-?[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+"),
    ",": re.compile(r"-?[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+"),
}
_FORMULA = re.compile(r"[=@]|[+-](?![0-9 (])")
_SIGNS = {"EUR": "€", "GBP": "£", "USD": "$"}
_NOT_UTF8 = re.compile("[\udc80-\udcff]")
_CASE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")


class CellWrong(ValueError):
    """The cell cannot be what its column wants; the sentence says why."""


def words(text: str) -> str:
    """Text that may be shown, mailed and put into a spreadsheet: one line, nothing hidden, no formula."""
    if len(text) > LONGEST_CELL:
        raise CellWrong(f"has {len(text):,} characters; at most {LONGEST_CELL:,} make sense")
    if _NOT_UTF8.search(text):
        raise CellWrong("is not UTF-8: say --encoding windows-1252 (Excel's usual one), or save as CSV UTF-8")
    if not is_plain(text):
        raise CellWrong("holds a control character or another that cannot be seen")
    if _FORMULA.match(text):
        raise CellWrong(f"begins with {text[0]}, which a spreadsheet would run as a formula")
    return text


def day(text: str) -> date:
    """A day written 2026-03-31, 31/03/2026 or 31.03.2026."""
    european = None
    if match := _ISO.fullmatch(text):
        parts = (int(match[1]), int(match[2]), int(match[3]))
    elif european := _EUROPEAN.fullmatch(text):
        parts = (int(european[3]), int(european[2]), int(european[1]))
    else:
        raise CellWrong(f"{text[:30]!r} is not a day; write 2026-03-31 or 31/03/2026")
    try:
        read = date(*parts)
    except ValueError:
        order = " (the month comes second)" if european else ""
        raise CellWrong(f"{text!r} is not a day of the calendar{order}") from None
    if read.year not in YEARS:
        raise CellWrong(f"{text!r} is too far away to be meant")
    return read


def currency(text: str) -> str:
    """A currency by its three letters (ISO 4217)."""
    code = text.upper()
    if not re.fullmatch(r"[A-Z]{3}", code) or not is_currency(code):
        raise CellWrong(f"{text[:10]!r} is not a currency; write three letters, like EUR")
    return code


def amount(text: str, code: str) -> Money:
    """An amount with a decimal point, or with a decimal comma where it cannot be meant otherwise. Not negative."""
    bare = _decimal(_without_sign(_SPACES.sub("", text), code))
    if bare.startswith("-"):
        raise CellWrong(f"{text[:30]!r} is negative: tell a credit note with `relance credit CASE AMOUNT`")
    try:
        money = Money.of(Decimal(bare), code)
    except ValueError:
        raise CellWrong(f"{text[:30]!r} has more decimals than {code} has") from None
    if money.minor > MOST_FACT_MONEY:
        raise CellWrong(f"{text[:30]!r} is too large to be meant")
    return money


def _without_sign(text: str, code: str) -> str:
    """The number without the currency it repeats, as spreadsheets show it: `12,30€`, `$12.30`, `12.30EUR`."""
    for sign in (_SIGNS.get(code, code), code):
        if text.startswith(sign) or text.endswith(sign):
            return text.removeprefix(sign).removesuffix(sign)
    return text


def _decimal(text: str) -> str:
    for mark, grouped in _GROUPED.items():
        if grouped.fullmatch(text):
            return text.replace("," if mark == "." else ".", "").replace(",", ".")
    if re.fullmatch(r"-?[0-9]{1,15}(?:\.[0-9]{1,4})?", text):
        return text
    if re.fullmatch(r"-?[0-9]{1,15},[0-9]{1,2}", text):
        return text.replace(",", ".")
    if re.fullmatch(r"-?[0-9]{1,3}(?:[.,][0-9]{3})+", text):
        raise CellWrong(f"{text!r} may mean thousands or decimals; write it like 1234.56")
    raise CellWrong(f"{text[:30]!r} is not an amount; write it like 1234.56")


def case_id(number: str) -> str:
    """The case id of an invoice number: the number itself where it can be one, else a slug with a short hash of it."""
    if _CASE_ID.fullmatch(number):
        return number
    letters = unicodedata.normalize("NFKD", number).encode("ascii", "ignore").decode()
    slug = re.sub(r"[^A-Za-z0-9._-]+", "-", letters).strip("-._")[:48] or "case"
    return f"{slug}-{hashlib.sha256(number.encode()).hexdigest()[:8]}"


def zone_of(country: str) -> str | None:
    """The time zone of a country that has only one (zone.tab of the time zone database), else None."""
    zones = _zones().get(country, ())
    return zones[0] if len(zones) == 1 else None


@lru_cache(maxsize=1)
def _zones() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for line in (files("tzdata") / "zoneinfo" / "zone.tab").read_text("utf-8").splitlines():
        if not line.startswith("#"):
            country, _place, zone = line.split("\t")[:3]
            found[country] = (*found.get(country, ()), zone)
    return found
