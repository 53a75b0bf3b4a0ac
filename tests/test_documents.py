"""Tells what is on the printed page, and that nothing a debtor is called can change the page."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError
from pypdf import PdfReader
from pypdf.generic import StreamObject

from activities.documents import DocumentBroken, StatementData, StatementEntry, compile_pdf, letter_pdf, statement_pdf
from activities.letter_data import LetterData, Recipient
from activities.letter_sample import full_sample
from activities.letters import LetterChoice, letter_key, render
from dunning.money import Money

LETTERS = Path(__file__).resolve().parent.parent / "policies" / "letters"
TEXTS = {str(letter_key(file.name)): file.read_text("utf-8") for file in LETTERS.iterdir()}


def notice(data: LetterData, language: str = "fr") -> bytes:
    return letter_pdf(render(TEXTS, LetterChoice("formal-notice", "formal", language), data), data)


def words(pdf: bytes) -> str:
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    return " ".join(text.replace("\u200b", "").split())


def euros(minor: int) -> Money:
    return Money(minor=minor, currency="EUR")


@pytest.fixture
def name_that_is_code() -> LetterData:
    traps = ('#eval("1")', "$x^2$ *gras* _x_ `raw` <label> @ref", '#include "/etc/passwd"', "\\ # [x] // comment")
    debtor = Recipient(name=traps[0], kind="business", contact_name=traps[1], lines=traps[2:])
    return full_sample("registered_letter").model_copy(update={"debtor": debtor})


@pytest.mark.parametrize(("language", "told"), [("fr", "Lettre recommandée"), ("en", "Registered letter")])
def test_a_formal_notice_is_one_page_with_all_that_it_must_say(language: str, told: str) -> None:
    """The registered notice of 1 November names both parties, the table, the deadline, the signature and enclosures."""
    pdf = notice(full_sample("registered_letter"), language)
    text = words(pdf)
    assert len(PdfReader(io.BytesIO(pdf)).pages) == 1
    for part in (told, "Client Exemple SARL", "69001 Lyon", "SIREN 123 456 782", "F-2026-0001", "01/10/2026"):
        assert part in text
    assert "Claude Exemple" in text
    assert "FR76 3009 9000 0100 0012 3456 773" in text


def test_an_ordinary_letter_does_not_claim_to_be_registered() -> None:
    """The same letter by plain post on the same day has no mention of registered mail."""
    assert "recommandée avec avis" not in words(notice(full_sample("letter")))


def test_the_same_letter_is_the_same_file() -> None:
    """Made again after a crash, the letter of 1 November has the same bytes, whatever the clock says, and its date."""
    first = notice(full_sample("letter"))
    assert first == notice(full_sample("letter"))
    made = PdfReader(io.BytesIO(first)).metadata
    assert made is not None
    assert made.creation_date is not None
    assert made.creation_date.date() == date(2026, 11, 1)
    assert made.title == "Mise en demeure de payer – facture F-2026-0001"


def test_a_letter_is_fit_for_the_archive_and_for_a_screen_reader() -> None:
    """The file says of itself that it is PDF/A-2a and PDF/UA-1, and in which language it is."""
    pdf = notice(full_sample("letter"))
    catalogue = PdfReader(io.BytesIO(pdf)).root_object
    assert str(catalogue["/Lang"]) == "fr-FR"
    about_file = catalogue["/Metadata"].get_object()
    assert isinstance(about_file, StreamObject)
    about = about_file.get_data().decode()
    assert "<pdfaid:part>2</pdfaid:part>" in about
    assert "<pdfuaid:part>1</pdfuaid:part>" in about


def test_a_name_that_is_code_is_printed_as_it_is(name_that_is_code: LetterData) -> None:
    """A debtor called `#eval("1")` in `#include "/etc/passwd"` gets a letter addressed to exactly that."""
    text = words(notice(name_that_is_code))
    for trap in ('#eval("1")', "*gras*", '#include "/etc/passwd"', "// comment"):
        assert trap in text
    assert "root:" not in text


def test_letters_that_no_font_knows_do_not_stop_the_letter() -> None:
    """A name with an emoji, Arabic and a character of no script at all still gets its notice."""
    debtor = Recipient(name="Café 😀 مرحبا \U000e01ef\U0010fffd", kind="business", lines=("1 rue", "69001 Lyon"))
    assert "Café" in words(notice(full_sample("letter").model_copy(update={"debtor": debtor})))


def test_forty_invoices_take_two_pages_with_the_heading_on_both() -> None:
    """A debtor with forty unpaid invoices sees every one, the column heads again overleaf, and the sum at the end."""
    data = full_sample("letter")
    lines = tuple(data.invoices[0].model_copy(update={"number": f"F-2026-{number:04}"}) for number in range(40))
    pdf = notice(data.model_copy(update={"invoices": lines, "outstanding": euros(4_000_000)}))
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]
    assert len(pages) == 2
    assert all("Échéance" in page for page in pages)
    assert all(f"F-2026-{number:04}" in words(pdf) for number in range(40))
    assert "Page 2 sur 2" in words(pdf)
    assert "40 000,00 €" in words(pdf)


def test_an_endless_number_stays_on_the_page() -> None:
    """An invoice number of 60 letters breaks inside its column instead of pushing the amounts off the paper."""
    data = full_sample("letter")
    line = data.invoices[0].model_copy(update={"number": "A" * 60})
    text = words(notice(data.model_copy(update={"invoices": (line,)})))
    assert text.replace(" ", "").count("A" * 60) >= 1
    assert "1 000,00 €" in text


def test_an_endless_address_is_not_cut() -> None:
    """A ministry with a name of 200 letters and five long lines gets smaller print, never half an address."""
    lines = (*(f"Bâtiment {number} " + "y" * 80 for number in range(4)), "69001 Lyon")
    debtor = Recipient(name="Direction " * 20, kind="public", contact_name="Service " * 10, lines=lines)
    text = words(notice(full_sample("letter").model_copy(update={"debtor": debtor})))
    assert text.count("Direction") == 20
    assert "69001 Lyon" in text


def test_a_statement_runs_from_the_invoice_to_the_balance() -> None:
    """1,200 invoiced, 200 paid, 100 credited, the 200 returned by the bank on 2 October: 1,100 left on 1 November."""
    sample = full_sample()
    entries = (
        StatementEntry(day=date(2026, 10, 2), kind="reversal", reference="VIR-1", amount=euros(20_000)),
        StatementEntry(day=date(2026, 9, 1), kind="invoice", reference="F-2026-0001", amount=euros(120_000)),
        StatementEntry(day=date(2026, 9, 20), kind="payment", reference="VIR-1", amount=euros(20_000)),
        StatementEntry(day=date(2026, 9, 25), kind="credit_note", reference="AV-1", amount=euros(10_000)),
    )
    data = StatementData(
        creditor=sample.creditor,
        debtor=sample.debtor,
        entries=entries,
        as_of=date(2026, 11, 1),
        reference="F-2026-0001",
        language="fr",
    )
    text = words(statement_pdf(data))
    assert statement_pdf(data) == statement_pdf(data)
    assert text.index("1 200,00 €") < text.index("1 000,00 €") < text.index("900,00 €") < text.rindex("1 100,00 €")
    assert "arrêté au 1er novembre 2026 1 100,00 €" in text
    with pytest.raises(ValidationError, match="positive"):
        StatementData.model_validate({**dict(data), "entries": (entries[0].model_copy(update={"amount": euros(-1)}),)})


def test_eight_threads_may_ask_at_once() -> None:
    """On a busy morning eight activities print at the same time, and each gets its own letter."""
    data = [full_sample("letter").model_copy(update={"reference": f"F-{number}"}) for number in range(8)]
    with ThreadPoolExecutor(8) as threads:
        printed = list(threads.map(notice, data))
    assert all(f"Notre référence : F-{number}" in words(pdf) for number, pdf in enumerate(printed))


def test_a_layout_that_lacks_data_says_so() -> None:
    """A mistake in a layout is an error with the compiler's words, never an empty page."""
    with pytest.raises(DocumentBroken, match=r"letter\.typ could not be made"):
        compile_pdf("letter.typ", {}, date(2026, 11, 1))
