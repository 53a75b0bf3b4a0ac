"""Reads who is owed the money from `policies/creditor.yaml`, and says on which line it is wrong."""

from __future__ import annotations

from pathlib import Path

from pydantic import ValidationError

from activities.creditor import Creditor
from console.strict_yaml import read_yaml


class CreditorWrong(ValueError):
    """creditor.yaml cannot be used; one line per fault, with file, line and column."""


def read_creditor(policies_dir: Path) -> Creditor:
    """The creditor of `policies_dir`. CreditorWrong when the file is missing, no YAML, or says something impossible."""
    file = policies_dir / "creditor.yaml"
    try:
        reading = read_yaml(file.read_bytes())
    except OSError as error:
        raise CreditorWrong(
            f"{file} cannot be read ({error.strerror}): it names the creditor, and is needed."
        ) from error
    if reading.faults:
        told = ((fault.place, f"{fault.code} {' '.join(fault.words.values())}".strip()) for fault in reading.faults)
        raise CreditorWrong("\n".join(f"{file}:{line}:{column}: {what}" for (line, column), what in told))
    try:
        return Creditor.model_validate(reading.data)
    except ValidationError as wrong:
        raise CreditorWrong(
            "\n".join(
                "{}:{}:{}: {}: {}".format(
                    file, *reading.place(fault["loc"]), ".".join(map(str, fault["loc"])), fault["msg"]
                )
                for fault in wrong.errors(include_input=False, include_url=False)
            )
        ) from None
