"""The page's own policy holds in a real browser: what it forbids does not happen, and is reported to `person`."""

from __future__ import annotations

import pytest

from tests.browser.people import until

FORBIDDEN = {
    "text as HTML": "document.body.innerHTML = '<b id=got>x</b>'",
    "a string as code": "eval('window.got = 1')",
    "a function of a string": "new Function('window.got = 1')()",
    "a script of its own": "document.body.append(Object.assign(document.createElement('script'),"
    " {text: 'window.got = 1'}))",
    "a policy that lets all through": "trustedTypes.createPolicy('any', {createHTML: (text) => text})",
    "a style without the nonce": "document.body.append(Object.assign(document.createElementNS("
    "'http://www.w3.org/1999/xhtml', 'style'), {textContent: 'body { --got: 1 }'}))",
    "a picture from elsewhere": "document.body.append(Object.assign(new Image(), {src: 'https://example.com/x.png'}))",
    "words to elsewhere": "fetch('https://example.com/')",
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_what_the_policy_forbids_does_not_happen(person, what):
    alice = person()
    page = alice.open("/")
    # Later, because Chromium lets what the debugger runs itself use eval().
    page.evaluate(
        f"""() => {{
          addEventListener("securitypolicyviolation", () => {{ window.violated = true; }});
          setTimeout(() => {{ {FORBIDDEN[what]}; }});
        }}"""
    )
    until(page, "window.violated")
    assert page.evaluate("() => window.got === undefined && !document.getElementById('got')")
    assert page.evaluate("() => getComputedStyle(document.body).getPropertyValue('--got')") == ""
    assert any("Content Security Policy" in problem for problem in alice.problems), "and the tests hear of it"
    alice.problems.clear()
