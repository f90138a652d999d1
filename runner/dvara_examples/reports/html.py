"""``--report html``: one file that a browser opens without a network, with a picture of each run.

At the top stands what is wrong; below it the matrix of examples and languages, and every run with the timeline of wire and
pipes. There is no script in it, and a policy in its head forbids to load anything. What examples and gateways wrote is escaped.
"""

from dvara_examples.core.extras import import_extra
from dvara_examples.records.results import RunEvent, RunResult, Summary
from dvara_examples.reports import Reporter, SessionInfo, Target

DEFAULT_NAME = "report.html"


class HtmlReport:
    """Renders each run when it is told of it, so that no transcript is held longer than needed; writes once, at the end."""

    def __init__(self, about: SessionInfo, target: Target) -> None:
        import_extra("jinja2", "html", "the HTML report")
        from dvara_examples.reports._html.page import SessionPage

        self._page = SessionPage(about)
        self._target = target

    def event(self, event: RunEvent) -> None:
        """Nothing of what happens meanwhile is in the page."""

    def result(self, result: RunResult) -> None:
        """Render one run."""
        self._page.add(result)

    def tick(self) -> None:
        """Nothing moves in the page."""

    def close(self, summary: Summary) -> None:
        """Write the page."""
        self._target.write(self._page.render(summary))


def open_report(about: SessionInfo, target: Target) -> Reporter:
    """Return the report of one session."""
    return HtmlReport(about, target)
