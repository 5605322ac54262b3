"""Makes the app's icons out of static/icons/holdfast.svg: `python -m tests.browser.icons`. The maskable one and Apple's
have no corners of their own, and the sign well inside of what any mask leaves."""

from __future__ import annotations

import base64
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.people import ARGS, CHROMIUM

ICONS = Path(__file__).resolve().parents[2] / "static/icons"
# name: (pixels, share of the picture that the drawing takes; None: with its own corners, to the edge)
MADE = {
    "app-192.png": (192, None),
    "app-512.png": (512, None),
    "app-maskable-512.png": (512, 0.86),
    "apple-touch.png": (180, 0.94),
}


def main() -> None:
    drawing = base64.b64encode((ICONS / "holdfast.svg").read_bytes()).decode()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        for name, (pixels, share) in MADE.items():
            page = browser.new_page(viewport={"width": pixels, "height": pixels})
            size = round(pixels * (share or 1))
            ground = "#0b6e63" if share else "transparent"
            page.set_content(
                f'<body style="margin:0;background:{ground};display:grid;place-items:center;height:{pixels}px">'
                f'<img width="{size}" height="{size}" src="data:image/svg+xml;base64,{drawing}">'
            )
            page.locator("img").evaluate("(image) => image.decode()")
            page.screenshot(path=ICONS / name, omit_background=True)
        browser.close()


if __name__ == "__main__":
    main()
