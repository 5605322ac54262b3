"""The two whom a test of a page is for: one reads English at a desktop, one reads Chinese on a phone. Together they
cover both sizes and both languages in as many runs as two sizes alone.

`says(device)` looks words up as pages do, by their English text, and knows no text that no page has."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.words import ENGLISH, asked_for, catalogue, translations
from tests.browser.people import DESKTOP, PHONE

CHINESE_PHONE = {**PHONE, "locale": "zh-CN"}
READERS = pytest.mark.parametrize("device", [DESKTOP, CHINESE_PHONE], ids=["desktop-en", "phone-zh"])


def says(device: dict) -> Callable[..., str]:
    """says(device)("{size} new", size="3 B"); with the plural and a count: ("{count} bell", "{count} bells", 2)."""
    language = asked_for(device.get("locale", ENGLISH))

    def say(text: str, many: str = "", count: int = 1, **values: object) -> str:
        assert catalogue("zh").get(text), f"no page says {text!r}"
        words = translations(language)
        found = words.ngettext(text, many, count) if many else words.gettext(text)
        for name, value in {"count": count, **values}.items():
            found = found.replace(f"{{{name}}}", str(value)).replace(f"%({name})s", str(value))
        return found

    return say
