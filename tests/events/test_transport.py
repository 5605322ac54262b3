"""The transport leans on the insides of three libraries; a new version has to be looked at first."""

import importlib.metadata as metadata
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

LOOKED_AT = {"python-socketio": "5.18.1", "python-engineio": "4.15.1", "eventlet": "0.41.3"}


@pytest.mark.parametrize("package", LOOKED_AT)
def test_the_versions_the_transport_was_made_for(package):
    assert metadata.version(package) == LOOKED_AT[package], (
        "read app/events/transport.py beside the new version's source, then change this number"
    )


def plainly_unmasked(data: bytes, mask: bytes, offset: int) -> bytes:
    return bytes(byte ^ mask[(i + offset) % 4] for i, byte in enumerate(data))


@given(st.binary(max_size=70), st.binary(min_size=4, max_size=4), st.integers(0, 9))
def test_unmasking_is_what_rfc_6455_says(data, mask, offset):
    from app.events.transport import unmask

    assert unmask(data, mask, len(data), offset) == plainly_unmasked(data, mask, offset)


def test_unmasking_a_large_message():
    from app.events.transport import unmask

    data, mask = os.urandom(100_003), os.urandom(4)
    assert unmask(data, mask) == plainly_unmasked(data, mask, 0)
