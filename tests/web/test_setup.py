"""The first run: a link that makes the owner's account, once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from app.models import setup_link
from app.models.setup_link import SetupLink
from app.models.user import User
from tests.web.conftest import PASSWORD


def test_the_link_makes_the_owner_and_signs_in(empty):
    secret = SetupLink.issue()
    browser = empty.browser()
    assert "There is no account yet" in browser.get("/login").text
    assert browser.get(f"/setup/{secret}").status_code == 200
    answer = browser.submit(f"/setup/{secret}", username="Olivia", password=PASSWORD)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert browser.get("/").status_code == 200
    assert [(user.name, user.admin) for user in User.everyone()] == [("olivia", True)]
    assert SetupLink.issue() is None
    assert empty.browser().get(f"/setup/{secret}").status_code == 410


@pytest.mark.parametrize(
    ("name", "password", "field"),
    [("", PASSWORD, "username"), ("9lives", PASSWORD, "username"), ("a/b", PASSWORD, "username"),
     ("x" * 33, PASSWORD, "username"), ("olivia", "short", "password"),
     ("olivia-long", "olivia-long", "password"), ("olivia", "x" * 1025, "password")],
)  # fmt: skip
def test_a_bad_name_or_password_is_said_and_the_link_still_works(empty, name, password, field):
    secret = SetupLink.issue()
    browser = empty.browser()
    answer = browser.submit(f"/setup/{secret}", username=name, password=password)
    assert answer.status_code == 422
    assert {"username": "User name: ", "password": "Password: "}[field] in answer.text
    assert not User.exists() and SetupLink.opens(secret)


def test_there_is_one_winner(empty):
    secret = SetupLink.issue()

    def redeem(name):
        try:
            return SetupLink.redeem(secret, name, PASSWORD).name
        except setup_link.Used:
            return None

    with ThreadPoolExecutor(6) as pool:
        won = [name for name in pool.map(redeem, "abcdef") if name]
    assert len(won) == 1
    assert [user.name for user in User.everyone()] == won


def test_a_link_expires_and_a_newer_one_voids_it(empty, monkeypatch):
    old, new = SetupLink.issue(), SetupLink.issue()
    assert not SetupLink.opens(old) and SetupLink.opens(new)
    assert empty.browser().get(f"/setup/{old}").status_code == 410
    later = setup_link.now() + setup_link.LIFETIME_SECONDS + 1
    monkeypatch.setattr(setup_link, "now", lambda: later)
    answer = empty.browser().submit(f"/setup/{new}", username="late", password=PASSWORD)
    assert answer.status_code == 410
    assert not User.exists()


def test_the_link_needs_the_csrf_token_and_stays_out_of_the_log(empty, caplog):
    caplog.set_level("DEBUG")
    secret = SetupLink.issue()
    answer = empty.browser().post(f"/setup/{secret}", data={"username": "eve", "password": PASSWORD})
    assert answer.status_code == 403
    assert not User.exists()
    assert secret not in caplog.text
