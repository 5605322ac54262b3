"""The HTTP floor: pages, API, accounts, health, and the checks around them. Thin: a route is a row in a table
(routes.py), goes through one gate (gate.py), and makes one call down.

The factory calls `wiring.register(app, config)`, and wraps the whole server in `hosts.HostGate`.
"""
