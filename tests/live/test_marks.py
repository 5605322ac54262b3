"""Commands out of marks: which there were, what they were called, how each ended."""

from __future__ import annotations

import time

from app.live.commands import drawn
from app.live.marks import COMMANDS_KEPT, Tracker


def fed(output: bytes) -> Tracker:
    tracker = Tracker(0, lambda at, count: (at, output[at : at + count]))
    tracker.feed(0, output)
    return tracker


def ran(line: str, output: str = "", code: str = ";0", typed: str | None = None, maybe: bool = False) -> bytes:
    shown = line if typed is None else typed
    guess = ";maybe" if maybe else ""
    return (
        f"\x1b]133;A\x07$ \x1b]133;B\x07\x1b[?2004h{shown}\r\n\x1b]633;E;{line}{guess}\x07\x1b]133;C\x07"
        f"{output}\x1b]133;D{code}\x07"
    ).encode()


def test_a_command_has_its_text_its_output_and_its_end():
    output = b"\x1b]7;file://h/home\x07" + ran("seq 2", "1\r\n2\r\n", ";3")
    (command,) = fed(output).recent.values()
    assert (command.number, command.text, command.exit_code, command.cwd) == (1, "seq 2", 3, "/home")
    assert output[command.output_start : command.output_end] == b"1\r\n2\r\n"
    assert output[command.prompt_offset :].startswith(b"\x1b]133;A")
    assert command.ended_at >= command.started_at


def test_a_line_that_begins_with_a_blank_is_private():
    (command,) = fed(ran(" secret")).recent.values()
    assert command.private and command.text is None


def test_a_guess_counts_only_when_it_was_typed():
    assert fed(ran("make all", maybe=True)).last.text == "make all"
    wrong = fed(ran("make all", typed="ls", maybe=True)).last
    assert wrong.text is None and not wrong.private
    assert fed(ran("make all", typed=" make all", maybe=True)).last.private


def test_at_prompt_says_nothing_without_marks_then_what_is_true():
    tracker = Tracker()
    assert tracker.at_prompt is None
    tracker.feed(0, b"\x1b]133;A\x07$ \x1b]133;B\x07")
    assert tracker.at_prompt
    tracker.feed(18, b"\x1b]133;C\x07")
    assert tracker.at_prompt is False


def test_a_prompt_without_an_end_ends_the_command_with_no_code():
    tracker = fed(b"\x1b]133;A\x07\x1b]133;C\x07out\x1b]133;A\x07")
    assert tracker.last.ended_at and tracker.last.exit_code is None and tracker.at_prompt


def test_ends_without_a_command_and_odd_codes_are_nothing():
    assert not fed(b"\x1b]133;D;0\x07" * 3).recent
    assert fed(ran("x", code=";9999999999999")).last.exit_code is None
    assert fed(ran("x", code="")).last.exit_code is None


def test_the_shells_time_is_believed_within_bounds():
    then = time.time() - 60
    tracker = fed(f"\x1b]133;C;t={then}\x07\x1b]133;D;0;t={then + 9}\x07".encode())
    assert (tracker.last.started_at, tracker.last.ended_at) == (then, then + 9)
    for lie in ("1e300", "nan", "-5", "inf", "x"):
        assert abs(fed(f"\x1b]133;C;t={lie}\x07".encode()).last.started_at - time.time()) < 5


def test_wherever_it_is_stopped_another_goes_on_alike():
    output = b"".join(ran(f"echo {number}", "out\r\n") for number in range(3)) + b"\x1b]133;A\x07$ "
    whole = {number: one[:3] + one[4:8] + one[9:] for number, one in fed(output).recent.items()}
    for cut in range(0, len(output), 3):
        first = Tracker(0, lambda at, count: (at, output[at : at + count]))
        first.feed(0, output[:cut])
        second = Tracker.going_on(first.resume, first.state, lambda at, count: (at, output[at : at + count]))
        second.catch_up(len(output))
        both = first.recent | second.recent
        assert {number: one[:3] + one[4:8] + one[9:] for number, one in both.items()} == whole


def test_a_thousand_hostile_commands_leave_the_newest():
    tracker = fed(b"\x1b]133;C\x07" * (COMMANDS_KEPT * 3))
    assert len(tracker.recent) == COMMANDS_KEPT and tracker.count == COMMANDS_KEPT * 3
    assert len(tracker.unwritten) <= COMMANDS_KEPT and len(tracker.untold) <= COMMANDS_KEPT


def test_output_is_drawn_as_it_was_at_last_and_unwrapped():
    assert drawn(b"10%\r20%\r\n" + b"x" * 25 + b"\r\nend\r\n", 10, "text") == b"20%\n" + b"x" * 25 + b"\nend"
    assert drawn(b"before\r\n\x1b[?1049hfull screen\x1b[?1049l", 20, "text") == b"before"
