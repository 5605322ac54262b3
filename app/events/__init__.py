"""The Socket.IO edge. One line an event; tests hold this list, the table in `gate` and the browser's
connection.js to one another.

Client sends: join, leave, input, resize, drawn, watch, unwatch (the contract); look (whether anybody looks).
Server sends: output, snapshot, resized, viewers, ended, status (the contract); gap (output was lost, from
start to end), pressure (the disk is full: on or off), forgotten (the session was erased).
"""

CLIENT_EVENTS = ("join", "leave", "input", "resize", "drawn", "look", "watch", "unwatch")
SERVER_EVENTS = (
    "output", "snapshot", "resized", "viewers", "ended", "status", "gap", "pressure", "forgotten",
)  # fmt: skip
