"""Shuts the developer's own surroundings out, so that a test gives the same answer on every machine."""

from __future__ import annotations

import os

from hypothesis import settings

pytest_plugins = ["tests.postgres"]

_PROXIES = {"http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy"}
_OUR_SETTINGS = ("RELANCE_", "TEMPORAL_")

# Before anything is imported that reads them: a proxy would swallow calls to local servers, and a developer's
# own settings could send a test's letters to a real provider.
for _name in list(os.environ):
    if _name.lower() in _PROXIES or _name.startswith(_OUR_SETTINGS):
        del os.environ[_name]

# Two cores shared with a Temporal server make single examples slow by chance: speed is measured elsewhere.
settings.register_profile("relance", deadline=None, print_blob=True)
settings.load_profile("relance")
