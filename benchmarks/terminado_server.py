"""A terminado server as JupyterLab runs it: `terminado_server.py PORT ORDERS`. A terminal of a new name runs the
command that the file of this name in ORDERS holds (JSON, argv); /bench/plain.html#NAME is a page for it. Runs in the
peers' own environment."""

import json
import logging
import sys
from pathlib import Path

import tornado.ioloop
import tornado.web
from terminado import NamedTermManager, TermSocket

HERE = Path(__file__).resolve().parent


class Manager(NamedTermManager):
    def __init__(self, orders):
        super().__init__(shell_command=["false"])
        self.orders = orders

    def new_terminal(self, **kwargs):
        raise NotImplementedError  # always by name

    def get_terminal(self, term_name):
        if term_name not in self.terminals:
            argv = json.loads((self.orders / term_name).read_text())
            term = super(NamedTermManager, self).new_terminal(shell_command=argv)
            term.term_name = term_name
            self.terminals[term_name] = term
            self.start_reading(term)
        return self.terminals[term_name]


def main():
    logging.disable(logging.INFO)
    manager = Manager(Path(sys.argv[2]))
    files = tornado.web.StaticFileHandler
    app = tornado.web.Application(
        [
            (r"/websocket/(\w+)", TermSocket, {"term_manager": manager}),
            (r"/bench/(plain\.html)", files, {"path": HERE}),
            (r"/bench/(.*)", files, {"path": HERE.parent / "static" / "vendor"}),
        ]
    )
    app.listen(int(sys.argv[1]), "127.0.0.1")
    tornado.ioloop.IOLoop.current().start()


if __name__ == "__main__":
    main()
