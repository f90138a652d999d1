"""One session, end to end: load, select, plan, run, judge, report.

The main thread owns the reporters and the run folder (``desk``); worker threads run examples and put what happens on one queue
(``workers``).
"""

from dvara_examples.session.opening import Options, Session, gateway_kind, load, open_session, reminder
from dvara_examples.session.running import run_session
from dvara_examples.session.stored import judge_stored, stored_results

__all__ = [
    "Options",
    "Session",
    "gateway_kind",
    "judge_stored",
    "load",
    "open_session",
    "reminder",
    "run_session",
    "stored_results",
]
