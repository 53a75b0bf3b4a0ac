"""What differs from one installation to the next, read from the environment so that no secret is ever committed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Literal, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from activities.message import Undeliverable, email_address

HostPort = Annotated[str, Field(pattern=r"^[A-Za-z0-9.:_\[\]-]{1,255}:[0-9]{1,5}$")]


def _zone(name: str) -> str:
    if name not in available_timezones():
        raise ValueError("no such time zone: write one like Europe/Paris")
    return name


def _mail(address: str) -> str:
    try:
        return email_address(address)
    except Undeliverable:
        raise ValueError("not a valid single e-mail address, like invoices@example.com") from None


class SettingsWrong(ValueError):
    """A setting is missing or makes no sense; the sentence names the RELANCE_ variable and never its value."""


class Settings(BaseSettings):
    """Settings from RELANCE_… variables, or from files of the same name in the folder RELANCE_SECRETS_DIR.

    Timeouts are in seconds. An address is `host:port`; port 0 switches that endpoint off.
    """

    model_config = SettingsConfigDict(
        env_prefix="RELANCE_", extra="ignore", frozen=True, env_ignore_empty=True, hide_input_in_errors=True
    )

    var_dir: Path = Path("var")
    database_url: str = Field(default_factory=lambda told: f"sqlite:///{told['var_dir'] / 'relance.db'}")
    outbox: Path = Field(default_factory=lambda told: told["var_dir"] / "outbox")
    policies_dir: Path = Path("policies")
    language: Literal["en", "fr"] = "en"

    email: Literal["outbox", "smtp", "sendgrid"] = "outbox"
    mail_from: Annotated[str, AfterValidator(_mail)] | None = None
    mail_reply_to: Annotated[str, AfterValidator(_mail)] | None = None
    provider_timeout: float = Field(default=20.0, gt=0, le=300)

    smtp_host: str | None = None
    smtp_port: int | None = Field(default=None, ge=1, le=65535)
    smtp_user: str | None = None
    smtp_password: SecretStr | None = None
    smtp_tls: Literal["none", "starttls", "tls"] = "starttls"
    smtp_ca_file: Path | None = None

    sendgrid_api_key: SecretStr | None = None
    sendgrid_host: str = Field(default="https://api.sendgrid.com", pattern=r"^https?://[^\s/?#@]+$")

    encryption_keys: SecretStr | None = None
    encryption_keys_file: Path | None = None

    brake_floor: int = Field(default=50, ge=1)
    brake_factor: float = Field(default=2.0, ge=1, le=100)
    brake_per_debtor: int = Field(default=20, ge=1)
    brake_per_case: int = Field(default=3, ge=1)
    brake_clock_minutes: int = Field(default=60, ge=0)
    brake_time_zone: Annotated[str, AfterValidator(_zone)] = "Europe/Paris"

    health_address: HostPort = "127.0.0.1:8070"
    metrics_address: HostPort = "127.0.0.1:0"
    log_format: Literal["console", "json"] = "console"

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.email == "smtp" and not self.smtp_host:
            raise ValueError("RELANCE_EMAIL is smtp, so RELANCE_SMTP_HOST must name the mail server")
        if self.email == "sendgrid" and self.sendgrid_api_key is None:
            raise ValueError("RELANCE_EMAIL is sendgrid, so RELANCE_SENDGRID_API_KEY must be set")
        if (self.smtp_user is None) != (self.smtp_password is None):
            raise ValueError("RELANCE_SMTP_USER and RELANCE_SMTP_PASSWORD go together: set both or none")
        if self.smtp_user is not None and self.smtp_tls == "none":
            raise ValueError("RELANCE_SMTP_TLS is none, so the password would travel in clear: use starttls or tls")
        if self.encryption_keys is not None and self.encryption_keys_file is not None:
            raise ValueError("RELANCE_ENCRYPTION_KEYS and RELANCE_ENCRYPTION_KEYS_FILE say the same: set one of them")
        return self


def load_settings() -> Settings:
    """Read the settings of this process. Raises SettingsWrong with one sentence per fault, never a secret's value."""
    folder = os.environ.get("RELANCE_SECRETS_DIR")
    if folder and not Path(folder).is_dir():
        raise SettingsWrong(f"RELANCE_SECRETS_DIR names {folder}, which is not a folder")
    try:
        return Settings(_secrets_dir=folder)
    except ValidationError as wrong:
        raise SettingsWrong("\n".join(_sentence(fault["loc"], fault["msg"]) for fault in wrong.errors())) from None


def _sentence(place: tuple[int | str, ...], what: str) -> str:
    what = what.removeprefix("Value error, ")
    return f"RELANCE_{str(place[0]).upper()}: {what}" if place else what
