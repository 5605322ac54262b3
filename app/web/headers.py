"""Security headers. The rule: a page runs only scripts of this server that carry the request's nonce, nobody
may frame it, and nothing with anybody's data in it is stored by a cache."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, request

# On every response that does not say otherwise, Socket.IO's and refusals included.
ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    # A setup link is a secret in a path: it must not travel to other sites. Our own forms need an Origin.
    ("Referrer-Policy", "same-origin"),
    ("X-Frame-Options", "DENY"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    (
        "Permissions-Policy",
        "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=(),"
        " display-capture=(), clipboard-read=(self), clipboard-write=(self), fullscreen=(self)",
    ),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Cache-Control", "no-store"),
)


def nonce() -> str:
    """This request's nonce; xterm.js also needs it for the style elements that it makes."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return g.csp_nonce


def page_policy() -> str:
    own = f"'self' 'nonce-{nonce()}'"
    return (
        f"default-src 'none'; script-src {own}; style-src {own}; img-src 'self' data:; font-src 'self';"
        " connect-src 'self'; manifest-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types holdfast"
    )


def add(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.headers["Content-Security-Policy"] = page_policy()
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def register(app: Flask) -> None:
    app.after_request(add)
    app.context_processor(lambda: {"csp_nonce": nonce()})
