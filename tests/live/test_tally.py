"""Lines and bytes are counted once, whoever saw them come; rows are written only where there is news."""

from app.live.processes import MOST_NAME, printable
from app.live.samples import news
from app.live.tally import Tally, recounted
from app.models.sample import Point

OUTPUT = b"one\ntwo\nthree\nfour\n"


def read(offset, most):
    start = max(offset, 4)  # the journal has dropped the first line
    return start, OUTPUT[start : start + min(most, 3)]


def test_what_was_counted_before_is_not_counted_again():
    tally = Tally(8, 2)
    tally.output(0, OUTPUT[:14])
    tally.output(14, OUTPUT[14:])
    assert (tally.lines, tally.counted_to) == (4, len(OUTPUT))


def test_the_rate_fades():
    tally = Tally()
    tally.output(0, b"x" * 5000)
    now = tally._rate_at
    assert tally.rate(now) == 1000 and tally.rate(now + 60) < 0.1


def test_the_journal_says_what_nobody_counted():
    assert recounted(read, 8, len(OUTPUT)) == 2
    assert recounted(read, 0, len(OUTPUT)) == 3
    assert recounted(read, 8, 14) == 1
    assert recounted(lambda offset, most: (offset, b""), 0, 100) == 0


def test_quiet_after_quiet_is_no_news():
    quiet = Point("a", 0.0, 1000, 1, 0)
    assert news(quiet, None)
    assert not news(quiet, quiet)
    assert not news(quiet._replace(memory=1010), quiet)
    assert news(quiet._replace(memory=1100), quiet)
    assert news(quiet._replace(viewers=1), quiet)
    assert news(quiet, quiet._replace(cpu=3.0))
    assert news(quiet._replace(output=1), quiet)


def test_what_a_program_calls_itself_is_printable_and_short():
    assert printable(b"a\x1b[2J\xff\xe2\x80\xae", 20) == "a\ufffd[2J\ufffd\ufffd"
    assert len(printable("x" * 100, MOST_NAME)) == MOST_NAME
