"""One session, end to end: select, plan, run, judge, report; ``run`` reads like a table of contents.

The main thread owns the reporters and the run folder (``dispatcher``); worker threads run examples and put their messages on one
queue (``workers``).
"""

from dvara_examples.session.choice import Chosen, choose_examples
from dvara_examples.session.prepare import Options, Session, gateway_kind, open_session
from dvara_examples.session.run import report_to, run

__all__ = ["Chosen", "Options", "Session", "choose_examples", "gateway_kind", "open_session", "report_to", "run"]
