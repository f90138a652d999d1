"""One session, end to end: load, select, plan, run, judge, report.

The main thread owns the reporters and the run folder (``desk``); worker threads run examples and put what happens on one queue
(``workers``).
"""

from dvara_examples.session.merge import judge_merged, merge_runs
from dvara_examples.session.prepare import Options, Session, gateway_kind, open_plan, open_session, reminder
from dvara_examples.session.rejudge import judge_stored, stored_results
from dvara_examples.session.run import run_session
from dvara_examples.session.watch import watch_runs

__all__ = [
    "Options",
    "Session",
    "gateway_kind",
    "judge_merged",
    "judge_stored",
    "merge_runs",
    "open_plan",
    "open_session",
    "reminder",
    "run_session",
    "stored_results",
    "watch_runs",
]
