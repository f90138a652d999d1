"""``--report html``: one file that a browser opens without a network, with a picture of each run.

Problems come first, then the matrix of examples and languages, then every run with the timeline of wire and pipes. The page has
no script, and its content security policy forbids to load anything. Text of examples and gateways is escaped.
"""

from dvara_examples.core.extras import import_extra
from dvara_examples.records.results import RunEvent, RunResult, Summary
from dvara_examples.reports import Reporter, SessionInfo, Target

DEFAULT_NAME = "report.html"


class HtmlReport:
    """Renders each run as its result comes, so that no transcript is kept longer than needed; writes once, at the end."""

    def __init__(self, about: SessionInfo, target: Target) -> None:
        import_extra("jinja2", "html", "the HTML report")
        from dvara_examples.reports._html.page import SessionPage

        self._page = SessionPage(about)
        self._target = target

    def event(self, event: RunEvent) -> None:
        """Ignore events."""

    def result(self, result: RunResult) -> None:
        """Render one run."""
        self._page.add(result)

    def tick(self) -> None:
        """Ignore the time."""

    def close(self, summary: Summary) -> None:
        """Write the page."""
        self._target.write(self._page.render(summary))


def open_report(about: SessionInfo, target: Target) -> Reporter:
    """Return the report of one session."""
    return HtmlReport(about, target)
