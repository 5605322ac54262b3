"""Limits that are nobody's own, and the rule for all: whatever somebody can make larger has a bound, a unit and a
reason. docs/limits.md is the table of every one; tests/test_limits.py finds constants that have no row there.

A limit that only one module applies stays there, as its constant."""

from __future__ import annotations

# Of one connection: a key that repeats is 40 a second, a page in a flood says `drawn` (which costs a tenth) 16 times
# (measured). 10,000 inputs or resizes of a script that does not wait for answers pass: 11,000 are left then.
EVENTS_A_SECOND, EVENTS_AT_ONCE = 2_000, 20_000
# Tabs of one guest of a share link.
GUEST_CONNECTIONS = 20
# Of one session; the owner always gets in.
MOST_VIEWERS = 500
