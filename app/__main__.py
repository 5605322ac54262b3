"""`python -m app COMMAND`."""

import os
import sys
import warnings

from app import supervisor

# It tells programmers to use something else one day; whoever gives a command should see the answer alone.
warnings.filterwarnings("ignore", message=r"\s*Eventlet is deprecated")

if sys.argv[1:] == ["serve"]:
    supervisor.enter(os.environ)
if sys.argv[1:2] == ["serve"]:
    # First of all: it makes the standard library green. A lock made before that would stop the whole server.
    import wsgi  # noqa: F401

from app.cli import main  # noqa: E402

sys.exit(main(sys.argv[1:]))
