"""What the ledger refuses, each under its own name, so that a caller tells a wrong question from a broken database."""

from __future__ import annotations

from sqlalchemy.exc import DontWrapMixin


class LedgerUrlRefused(ValueError):
    """The address of the ledger is neither a SQLite file nor a PostgreSQL database."""


class SchemaAhead(RuntimeError):
    """The tables were made by a newer release than this program."""


class LedgerAway(RuntimeError):
    """The database cannot be reached, opened or written; the sentence names it and says what to check."""


class NaiveMoment(DontWrapMixin, ValueError):
    """A moment without a time zone, or something that is no moment, was about to be written."""


class Missing(KeyError):
    """Something that was asked for by its id is not in the ledger; the text says what."""

    def __str__(self) -> str:
        return str(self.args[0])  # KeyError would put the sentence in quotes


class PolicyMissing(Missing):
    """No policy with this content hash."""


class PolicyAltered(RuntimeError):
    """The kept policy no longer has the content that its hash was taken from."""


class CaseMissing(Missing):
    """No case with this id."""


class DebtorMissing(Missing):
    """No debtor with this id."""


class InvoiceMissing(Missing):
    """No invoice with this number."""


class DeliveryMissing(Missing):
    """No delivery with this key."""


class TaskMissing(Missing):
    """No task with this id."""


class CaseIdTaken(ValueError):
    """Two invoice numbers give the same case id."""


class CurrencyChanged(ValueError):
    """An invoice cannot change its currency."""


class IllegalMove(RuntimeError):
    """A delivery or a task is not in a state from which this move is possible."""
