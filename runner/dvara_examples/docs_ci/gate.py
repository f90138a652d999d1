"""``docs gate``: a page passes only if all of it is in step, and its examples passed in the sessions of the gate."""

from collections.abc import Iterator, Sequence

from dvara_examples.core.errors import ExitCode
from dvara_examples.core.world import World
from dvara_examples.docs_ci.check import Checked, check_pages, outcomes_of, with_outcomes
from dvara_examples.docs_ci.fence_status import FenceState
from dvara_examples.docs_ci.find import find_pages
from dvara_examples.docs_ci.run import choose_for_gate
from dvara_examples.docs_ci.sources import Sources
from dvara_examples.manifest import manifest_of
from dvara_examples.records.run_folder import RunFolder
from dvara_examples.session.choice import Chosen

_NOT_RIGHT = frozenset({FenceState.DRIFTED, FenceState.UNKNOWN, FenceState.UNTESTED})


class Gate:
    """The pages in *named*, and their results so far; *checked* is the state of everything on them."""

    def __init__(self, world: World, named: Sequence[str]) -> None:
        self._world = world
        self._manifest = manifest_of(world)
        self._codes: list[ExitCode] = []
        self._held: list[str] = []
        self.checked: Checked = check_pages(find_pages(named, self._manifest, world), self._manifest)

    def choose(self) -> Chosen:
        """Select what must pass: the examples that are shown in step, and the pages' own code. Raises PageError."""
        return choose_for_gate(self.checked, self._manifest, self._world)

    def held(self, code: ExitCode, folder: RunFolder, deps: str) -> None:
        """Record a session with the releases *deps*, which ended with *code*."""
        sources, outcomes, run = Sources(self._manifest), outcomes_of(folder), f"the run with {deps} releases"
        self._codes.append(code)
        self._held.append(deps)
        self.checked = tuple(
            (page, with_outcomes(page, statuses, sources, self._world, outcomes, run)) for page, statuses in self.checked
        )

    @property
    def interrupted(self) -> bool:
        """Whether a session was interrupted, so that no other may start."""
        return ExitCode.INTERRUPTED in self._codes

    @property
    def exit_code(self) -> ExitCode:
        """The exit code for all of it; without any run nothing is proved."""
        states = {status.state for _, statuses in self.checked for status in statuses}
        codes = [*self._codes]
        if states & _NOT_RIGHT:
            codes.append(ExitCode.FAILED)
        if FenceState.NOT_RUN in states:
            codes.append(ExitCode.NOT_RUN)
        return ExitCode.worst(codes or [ExitCode.NOTHING_SELECTED])

    def lines(self) -> Iterator[str]:
        """Yield a line for each page: whether it passes, and why."""
        for page, statuses in self.checked:
            wrong = [status for status in statuses if not status.good]
            proved = [status for status in statuses if status.good and status.variant is not None]
            if wrong:
                yield f"   REFUSED  {page.shown}: {len(wrong)} of {len(statuses)} not right"
            elif statuses:
                ran = f", {len(proved)} run with {', '.join(self._held)} releases" if proved else ""
                yield f"    passed  {page.shown}: {len(statuses)} right{ran}"
