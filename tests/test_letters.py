"""Tells what a debtor reads, and that no text and no name can make a letter say anything else."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from activities.composing import charges_told
from activities.creditor import Creditor
from activities.letter_data import LetterData, Recipient
from activities.letter_sample import full_sample, lean_sample
from activities.letter_text import LetterBroken
from activities.letters import LetterChoice, LetterMissing, check_texts, letter_key, render, render_sms
from activities.wording import Wording, step_words
from console.policies.files import load_file
from dunning.money import Money
from dunning.policy import Charges, Policy

POLICIES = Path(__file__).resolve().parent.parent / "policies"
SHIPPED = {str(letter_key(file.name)): file.read_text("utf-8") for file in (POLICIES / "letters").iterdir()}
SHIPPED_KEYS = sorted(SHIPPED)


SHIPPED_POLICY = load_file(POLICIES / "standard-b2b.yaml").policies[0].policy


def written(body: str) -> dict[str, str]:
    return {"reminder.firm.fr": f"Subject: Rappel\n\n{body}\n"}


def rendered(body: str, data: LetterData | None = None) -> str:
    return render(written(body), LetterChoice("reminder", "firm", "fr"), data or full_sample()).text


def with_debtor(name: str) -> LetterData:
    return full_sample().model_copy(update={"debtor": Recipient(name=name, kind="business", lines=("1 rue", "Lyon"))})


def test_every_shipped_text_is_sound() -> None:
    """Before anything is sent on 2 January, each of the thirty texts reads well on a rich case and on a poor one."""
    assert check_texts(SHIPPED) == []
    assert "None" not in SHIPPED_KEYS


def test_every_letter_is_there_in_french_and_in_english() -> None:
    """A debtor in Lyon and one in London get the same letter, each in their language."""
    french = {key.replace(".fr", ".en") for key in SHIPPED_KEYS if ".fr" in key}
    assert french == {key for key in SHIPPED_KEYS if ".en" in key}
    assert len(french) == 15


@pytest.mark.parametrize("key", [key for key in SHIPPED_KEYS if not key.endswith(".sms") and "call." not in key])
def test_every_letter_leaves_the_door_open(key: str) -> None:
    """Whatever the tone, the debtor reads how to pay, how to say that it is paid, and whom to talk to."""
    letter, tone, language = key.split(".")
    text = render(SHIPPED, LetterChoice(letter, tone, language), full_sample()).text
    assert "FR76 3009 9000 0100 0012 3456 773" in text
    assert "https://pay.example.com/F-2026-0001" in text
    assert "+33 1 99 00 00 00" in text
    if letter != "pre-due":
        assert any(
            word in text.lower() for word in ("déjà payé", "already paid", "paiement est déjà", "already on")
        ) or ("croisé" in text or "crossed" in text)


@pytest.mark.parametrize("key", [key for key in SHIPPED_KEYS if key.startswith("consumer-")])
def test_a_consumer_is_asked_for_no_penalty_and_no_fee(key: str) -> None:
    """Mrs Exemple, a consumer, never reads of L441-10, of penalties or of the lump sum that only businesses owe."""
    text = SHIPPED[key].lower()
    assert not [word for word in ("l441", "pénalité", "penalt", "indemnité", "compensation", "40") if word in text]


def test_a_business_notice_names_the_law_but_no_sum_of_its_own() -> None:
    """The formal notice of 1 November asks for 1,000.00 by 9 November and announces penalties without inventing one."""
    letter = render(SHIPPED, LetterChoice("formal-notice", "formal", "fr"), full_sample("registered_letter"))
    assert "Mise en demeure de payer" in letter.subject
    assert (
        "mettons en demeure de payer la somme de 1\u00a0000,00\u00a0€ au plus tard le 9\u00a0novembre 2026"
        in letter.text
    )
    assert "L441-10" in letter.text
    assert "8\u00a0octobre 2026, e-mail\u00a0: Rappel" in letter.text


def test_a_letter_names_what_the_policy_claims() -> None:
    """A policy of 3 March claims 12.5 %, the indemnity and 15 EUR; a case in dollars knows no fee in euros."""
    text = (
        "Taux {{ charges.contract_rate }}, {{ charges.indemnity }}{% if charges.fee %}, {{ charges.fee }}{% endif %}."
    )
    claims = Charges(contract_rate=Decimal("12.5"), indemnity="claimed", fee=(Money.parse("15 EUR"),))
    with_charges = SHIPPED_POLICY.model_copy(update={"charges": claims})

    def told(policy: Policy, currency: str, language: str = "fr") -> str:
        data = full_sample().model_copy(update={"charges": charges_told(policy, currency)})
        return render({f"reminder.firm.{language}": f"Subject: x\n\n{text}"}, _firm(language), data).text

    indemnity = "indemnité forfaitaire pour frais de recouvrement"
    assert f"Taux 12,5\u00a0%, {indemnity}, 15,00\u00a0€." in told(with_charges, "EUR")
    assert f"Taux 12,5\u00a0%, {indemnity}." in told(with_charges, "USD")
    assert "Taux 12.5%, fixed indemnity for recovery costs, €15.00." in told(with_charges, "EUR", "en")
    with pytest.raises(LetterBroken, match=r"charges\.contract_rate, which this case does not have"):
        told(SHIPPED_POLICY, "EUR")


def _firm(language: str) -> LetterChoice:
    return LetterChoice("reminder", "firm", language)


def test_a_formal_notice_without_a_deadline_is_refused() -> None:
    """A policy that forgot `pay_within` makes no notice with a hole in it, but an error that names `pay_by`."""
    data = full_sample().model_copy(update={"pay_by": None})
    with pytest.raises(LetterBroken, match=r"formal-notice\.formal\.fr: .*pay_by"):
        render(SHIPPED, LetterChoice("formal-notice", "formal", "fr"), data)


def test_the_first_of_january_is_written_as_the_french_do() -> None:
    """1 January 2026 is `1er janvier 2026`, and no amount holds the narrow space that phones show as a box."""
    french = Wording("fr")
    assert french.day(date(2026, 1, 1)) == "1er\u00a0janvier 2026"
    assert french.day(date(2026, 1, 2)) == "2\u00a0janvier 2026"
    assert french.money(Money(minor=123_456_789, currency="EUR")) == "1\u00a0234\u00a0567,89\u00a0€"
    assert Wording("en").money(Money(minor=123_456, currency="EUR")) == "€1,234.56"
    assert french.money(Money(minor=1_500, currency="JPY")).startswith("1\u00a0500\u00a0")


def test_a_language_without_texts_gets_english_and_nothing_gets_an_error() -> None:
    """A German debtor gets the English letter; a letter that nobody wrote is an error that lists what there is."""
    assert render(SHIPPED, LetterChoice("reminder", "firm", "de"), full_sample()).language == "en"
    with pytest.raises(LetterMissing, match=r"reminder\.formal\.fr.*reminder\.courteous\.en"):
        render(SHIPPED, LetterChoice("reminder", "formal", "fr"), full_sample())
    with pytest.raises(LetterMissing, match="letters are call, consumer-"):
        render(SHIPPED, LetterChoice("remindre", "firm", "fr"), full_sample())


def test_a_name_full_of_traps_stays_a_name() -> None:
    """A debtor called like a template, a marker, a header and a script is printed, and does nothing."""
    trap = "{{ creditor.iban }} [invoices]\r\nBcc: x@example.com\n\n<script>alert(1)</script>\u202e\ud800"
    letter = render(written("{{ debtor.name }}"), LetterChoice("reminder", "firm", "fr"), with_debtor(trap))
    assert len(letter.blocks) == 1
    assert letter.blocks[0].lines == ("{{ creditor.iban }} [invoices] Bcc: x@example.com <script>alert(1)</script>",)
    assert "<script>" not in letter.html
    assert "&lt;script&gt;" in letter.html
    letter.text.encode()


def test_a_name_that_is_a_marker_adds_no_table() -> None:
    """A debtor who calls itself `[invoices]` gets no second table."""
    letter = render(
        written("{{ debtor.name }}\n\n[invoices]"), LetterChoice("reminder", "firm", "fr"), with_debtor("[invoices]")
    )
    assert [block.kind for block in letter.blocks] == ["paragraph", "invoices"]


@pytest.mark.parametrize(
    ("body", "line", "words"),
    [
        ("Bonjour {{ debtor.nmae }}", 3, "debtor.nmae is not a variable"),
        ("Bonjour\n\n{{ solde }}", 5, "solde is not a variable"),
        ("{% for x in creditor %}{% endfor %}", 3, "uses for"),
        ("{{ 9 ** 9 }}", 3, "uses pow"),
        ("{{ 'a' * 999999999 }}", 3, "uses mul"),
        ("{{ debtor.__class__ }}", 3, "__class__ is not a variable"),
        ("{{ debtor['name'] }}", 3, "uses getitem"),
        ("{{ debtor.name.upper() }}", 3, "uses call"),
        ("{{ debtor.name | upper }}", 3, "uses filter"),
        ("{% include '/etc/passwd' %}", 3, "uses include"),
        ("{% if pay_by %}", 3, "cannot be read"),
        ("[factures]", 3, "[factures] is unknown"),
        ("{{ " + "(" * 3000, 1, "nested too deep"),
        ("{% if pay_by %}" * 9 + "{% endif %}" * 9, 1, "too deep"),
        ("x" * 20_001, 1, "is longer than"),
    ],
)
def test_a_text_that_asks_too_much_is_refused_at_its_line(body: str, line: int, words: str) -> None:
    """An author who slips is told the line and the reason on the day of the change, not when a letter is due."""
    problems = check_texts(written(body))
    assert any(problem.line == line and words in problem.what for problem in problems), problems
    with pytest.raises(LetterBroken):
        rendered(body)


def test_a_text_must_have_a_subject_and_a_proper_name() -> None:
    """A file without `Subject:` and one with a name that no policy can ask for are both found."""
    problems = check_texts(
        {"reminder.firm.fr": "Bonjour", "Reminder.rude.fr": "Subject: x\n\ny", "a.firm.fr": "Subject: x\ny"}
    )
    assert [str(problem).split(" ")[0] for problem in problems] == [
        "Reminder.rude.fr:1:",
        "a.firm.fr:2:",
        "reminder.firm.fr:1:",
    ]


def test_printing_what_may_be_missing_is_found_before_it_happens() -> None:
    """The poor case of the check has no contact name, so a greeting that takes it for granted is reported."""
    problems = check_texts(written("Bonjour {{ debtor.contact_name }},"))
    assert len(problems) == 1
    assert "debtor.contact_name" in problems[0].what
    assert check_texts(written("Bonjour{% if debtor.contact_name %} {{ debtor.contact_name }}{% endif %},")) == []


def test_a_disputed_part_is_shown_and_not_asked_for() -> None:
    """Of 1,000 euros unpaid on 1 November, 300 are disputed: the letter asks for 700 and says why it is not more."""
    data = full_sample().model_copy(update={"outstanding": Money(minor=70_000, currency="EUR")})
    text = rendered("[invoices]", data)
    assert "Mis de côté (en discussion)\u00a0: 300,00\u00a0€" in text
    assert "Total à payer\u00a0: 700,00\u00a0€" in text


def test_two_currencies_do_not_mix_in_one_letter() -> None:
    """An invoice in dollars cannot be summed with the euros that the letter asks for."""
    with pytest.raises(ValidationError, match="one currency only"):
        LetterData.model_validate(
            {**dict(full_sample()), "outstanding": Money(minor=100, currency="USD")},
        )


def test_an_sms_is_short_and_says_no_more_than_it_must() -> None:
    """The SMS of 1 November fits three parts and holds number and amount, in spaces that every phone knows."""
    for language in ("fr", "en"):
        sms = render_sms(SHIPPED, LetterChoice("reminder", "firm", language), full_sample("sms"))
        assert len(sms) <= 459
        assert "F-2026-0001" in sms
        assert "\u00a0" not in sms
        assert "\u202f" not in sms
        assert "Client Exemple" not in sms
    with pytest.raises(LetterBroken, match="459 is the most"):
        render_sms({"a.firm.fr.sms": "x" * 460}, LetterChoice("a", "firm", "fr"), full_sample())


def test_a_first_reminder_shows_no_empty_history() -> None:
    """When nothing went out before, the letter has no heading over an empty list."""
    assert "précédents messages" not in rendered("Bonjour\n\n[history]", lean_sample())


def test_a_condition_on_its_own_line_does_not_cut_a_paragraph() -> None:
    """Lines before and after `{% if %}` stay together, and an inline one does not swallow the next line."""
    text = rendered("Un\n{% if pay_by %}\ndeux\n{% endif %}\ntrois{% if pay_by %} et{% endif %}\nquatre")
    assert "Un\ndeux\ntrois et\nquatre" in text


def test_the_web_version_is_one_clean_page() -> None:
    """The HTML of every letter closes what it opens, names its language and has a button that leads to the payment."""

    class Page(HTMLParser):
        def __init__(self) -> None:
            super().__init__()
            self.open: list[str] = []
            self.links: list[str | None] = []

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.links += [value for name, value in attrs if name == "href"]
            if tag not in ("meta", "br"):
                self.open.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert self.open.pop() == tag

    page = Page()
    html = render(SHIPPED, LetterChoice("reminder", "firm", "fr"), full_sample()).html
    page.feed(html)
    assert page.open == []
    assert page.links == ["https://pay.example.com/F-2026-0001", "mailto:exemple@example.com"]
    assert '<html lang="fr">' in html


def test_the_shipped_creditor_is_sound_and_a_wrong_digit_is_seen() -> None:
    """The invented company passes; a mistyped SIREN, IBAN, address or link is refused before the first letter."""
    shipped = yaml.safe_load((POLICIES / "creditor.yaml").read_text("utf-8"))
    assert Creditor.model_validate(shipped).payment_link("a/b?") == "https://paiement.atelier-lumen.example/a%2Fb%3F"
    wrongs = {
        "siren": "123456789",
        "iban": "FR7630099000010000123456774",
        "email": "Bob <bob@example.com>",
        "payment_url": "http://example.com/",
        "name": "Atelier\nBcc: x@example.com",
        "colour": "blue",
    }
    for field, value in wrongs.items():
        with pytest.raises(ValidationError, match=field):
            Creditor.model_validate({**shipped, field: value})


def test_what_comes_next_has_words_in_both_languages() -> None:
    """The reminder of 1 November can announce the call of 9 November in the debtor's language."""
    assert step_words("call", "fr") == "un appel téléphonique"
    assert step_words("injunction", "en") == "an application to the court for an order to pay"
    assert step_words("sorcery", "fr") is None
