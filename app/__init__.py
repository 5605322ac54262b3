"""Holdfast: terminal sessions that outlive everything. This docstring is the map.

Words
    session    a program on a PTY, named, owned, shared; what users list and join
    login      who is signed in (never called a session)
    keeper     the process that owns every PTY; vault: the smaller one that guards the keeper
    journal    a session's output bytes on disk, append-only; its timeline says when and what else
    offset     output bytes before a point: the only clock, the same in keeper, room, browser, snapshot
    screen     the terminal state (grid, scrollback, modes) at an offset
    snapshot   (offset, rows, cols, bytes): drawn on a reset terminal, it rebuilds the screen
    room       a session being followed in this web process: its screen, its reader, its viewers
    worker     one of several web processes beside one keeper; one of them leads, all tell each other in notes
    viewer     one joined browser tab, device or script
    history    the rows that scrolled off the primary screen, and the screen's own, by number; made of the
               journal again whenever they are asked for

Floors (imports go down only; tests/test_floors.py enforces it)
    6  wsgi.py                    monkey_patch, listener, serve
    5  factory.py, cli.py         the one place that wires; commands (account_, session_commands.py beside it)
       supervisor.py              starts the workers, where there are to be several
       isolation.py               what has to hold, and is said at the start, of whose shells these are
    4  events/, web/              Socket.IO and HTTP edges: gate, then one call down
    3  live/                      room, viewer, rooms: what happens now. No Flask
    2  models/                    peewee: one noun a file
    1  screen/ keeper/ permissions.py config.py green.py listening.py   no floor-1 package knows another
       scopes.py                  what an API token may do of what its user may: one table for both gates
       expected.py                what a refused value should have been, in words
    0  words.py                   sentences that can be said in another language; the catalogues

Two paths
    keystroke  onData -> `input` event -> gate -> keeper frame -> os.write(PTY) -> acknowledged
    output     PTY -> journal -> head moves -> room reads [offset, head) -> screen.feed -> one
               broadcast -> browser draws -> `drawn`

This file holds no code, so that the keeper, which imports `app.keeper`, loads nothing else.
"""
