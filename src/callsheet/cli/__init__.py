"""The command line: one verb a command, each calls one method of Studio. `--json` prints one JSON object on standard output."""

import callsheet.cli.bakeoff
import callsheet.cli.bidding
import callsheet.cli.learning
import callsheet.cli.models
import callsheet.cli.money
import callsheet.cli.production
import callsheet.cli.review
import callsheet.cli.rights
import callsheet.cli.server  # noqa: F401 - each adds its verbs
from callsheet.cli.frame import app, main

__all__ = ["app", "main"]
