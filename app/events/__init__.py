"""The Socket.IO edge. One line an event; tests hold this list, the table in `gate` and the browser's
connection.js to one another.

Client sends: join, leave, input, resize, drawn, watch, unwatch (the contract); look (whether anybody
looks), view (what it has scrolled to); peek (which cards of the dashboard are in sight); say
(a message to who is in the session), typing (one is being written), chat (those before);
ask (for the keyboard, or no more); annotate, reannotate, unannotate, annotations (a note on a line of
the output is written, changed, deleted; all of them); picture (its bytes, by where it stands in the output).
Server sends: output, snapshot, resized, viewers, ended, status (the contract); gap (output was lost, from
start to end), pressure (the disk is full: on or off), forgotten (the session was erased); looked (what an
account has seen of a session, to its dashboards); thumbnail (a small picture of a screen, to who has it in sight);
role (of this viewer, from now on), removed (this viewer is out); command (one began or ended, to who is in it);
said, typing (of the chat, to who is in it); annotated, unannotated (a note was written or changed, or deleted);
lobby (who waits to be let in, to who may let in); notice (an account has one to read).
"""

CLIENT_EVENTS = (
    "join", "leave", "input", "resize", "drawn", "look", "view", "watch", "unwatch", "peek", "say", "typing", "chat",
    "ask", "annotate", "reannotate", "unannotate", "annotations", "picture",
)  # fmt: skip
SERVER_EVENTS = (
    "output", "snapshot", "resized", "viewers", "ended", "status", "gap", "pressure", "forgotten",
    "looked", "thumbnail", "role", "removed", "command", "said", "typing", "annotated",
    "unannotated", "lobby", "notice",
)  # fmt: skip
