"""A thousand sessions must cost no more than a thousand times one."""

import os
import signal
import subprocess

from app.keeper import pty


def test_ending_many_sessions_looks_at_the_process_table_once(monkeypatch):
    looks = []
    look = pty._processes
    monkeypatch.setattr(pty, "_processes", lambda: looks.append(1) or look())
    monkeypatch.setattr(pty, "_scanned_at", 0.0)
    monkeypatch.setattr(pty, "SCAN_SECONDS", 600.0)  # however loaded the machine is
    programs = [subprocess.Popen(["sleep", "600"], start_new_session=True) for _ in range(20)]
    assert sum(pty.signal_session(one.pid, signal.SIGKILL, leader_gone=False) for one in programs) == 20
    assert [one.wait(20) for one in programs] == [-signal.SIGKILL] * 20
    assert len(looks) == 1


def test_a_program_that_began_since_the_last_look_is_found(monkeypatch):
    monkeypatch.setattr(pty, "SCAN_SECONDS", 600.0)
    for _ in range(3):
        program = subprocess.Popen(["sleep", "600"], start_new_session=True)
        assert pty.signal_session(program.pid, signal.SIGHUP, leader_gone=False) == 1
        assert program.wait(20) == -signal.SIGHUP


def test_a_number_that_changed_hands_is_spared(monkeypatch):
    stranger = subprocess.Popen(["sleep", "600"], start_new_session=True)
    monkeypatch.setattr(pty, "_scan", {12345: [stranger.pid]})
    monkeypatch.setattr(pty, "_scanned_at", float("inf"))
    assert pty.signal_session(12345, signal.SIGKILL, leader_gone=False) == 0
    assert stranger.poll() is None
    os.killpg(stranger.pid, signal.SIGKILL)
    stranger.wait(20)
