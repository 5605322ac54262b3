"""This server and its peers, measured side by side in one run: `make bench`, docs/performance.md.

harness   one run: progress, time limits, failures that end nothing else, interleaving, nothing left behind
peers     what is measured: how each is installed, started, given a program; clients: how each is talked to
wire      the thinnest websocket client; drain: viewers in another process; loopback: how fast the client is
jobs      the programs that run in the sessions
groups/   one file a group of figures; report: docs/performance.md from what they found
"""
