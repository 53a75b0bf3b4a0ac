"""Who asks for the money: the details that a business letter must carry, checked before any letter shows them."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import quote

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from activities.message import Undeliverable, email_address
from activities.plain import is_plain


def _plain(text: str) -> str:
    if not is_plain(text):
        raise ValueError("must be one plain line, without line breaks or control characters")
    return text.strip()


def _siren(text: str) -> str:
    digits = text.replace(" ", "")
    if not re.fullmatch(r"[0-9]{9}", digits):
        raise ValueError("a SIREN has 9 digits")
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(digits))]
    if sum(number - 9 if number > 9 else number for number in doubled) % 10:
        raise ValueError("this SIREN's check digit is wrong; compare it with the company's registration")
    return digits


def _iban(text: str) -> str:
    iban = text.replace(" ", "").upper()
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", iban):
        raise ValueError("an IBAN has two letters, two digits, then 11 to 30 letters or digits")
    if int("".join(str(int(character, 36)) for character in iban[4:] + iban[:4])) % 97 != 1:
        raise ValueError("this IBAN's check digits are wrong; compare it with the bank's document")
    return iban


def _mail(text: str) -> str:
    try:
        return email_address(text)
    except Undeliverable as wrong:
        raise ValueError("must be one e-mail address, such as accounts@example.com") from wrong


def _link(text: str) -> str:
    if not re.fullmatch(r"https://[^\s\"'<>\\{}]{4,200}", text.replace("{reference}", "REF")):
        raise ValueError("must be an https:// address; {reference} may stand for the case's reference")
    return text


Line = Annotated[str, Field(min_length=1, max_length=120), AfterValidator(_plain)]


class Creditor(BaseModel):
    """The creditor of `policies/creditor.yaml` (French company details: Code de commerce R123-237 and R123-238).

    Amounts such as the capital are words, printed as written. Raises pydantic's ValidationError naming the field.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: Line
    legal_form: Line | None = None
    capital: Line | None = None
    siren: Annotated[str, AfterValidator(_siren)] | None = None
    rcs: Line | None = None
    vat_number: Annotated[str, Field(pattern=r"^[A-Z]{2}[A-Z0-9]{2,13}$")] | None = None
    address: Annotated[list[Line], Field(min_length=2, max_length=5)]
    city: Line
    phone: Annotated[str, Field(pattern=r"^\+?[0-9][0-9 .()-]{6,24}$")]
    email: Annotated[str, AfterValidator(_mail)]
    iban: Annotated[str, AfterValidator(_iban)]
    bic: Annotated[str, Field(pattern=r"^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$")]
    payment_url: Annotated[str, AfterValidator(_link)] | None = None
    contact: Line
    contact_role: Line | None = None
    signatory: Line
    signatory_role: Line | None = None
    complaints: Line | None = None

    def payment_link(self, reference: str) -> str | None:
        """The payment page for this reference, or None when the creditor has none."""
        return None if self.payment_url is None else self.payment_url.replace("{reference}", quote(reference, safe=""))

    def iban_in_fours(self) -> str:
        """The IBAN as banks print it."""
        return " ".join(self.iban[start : start + 4] for start in range(0, len(self.iban), 4))

    def siren_in_threes(self) -> str | None:
        """The SIREN as registers print it."""
        return None if self.siren is None else " ".join(self.siren[start : start + 3] for start in (0, 3, 6))
