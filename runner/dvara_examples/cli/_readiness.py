"""What ``setup`` shows: the step under way with what it has brought so far, and a line per language and list at the end."""

from collections.abc import Callable, Sequence

from rich.live import Live
from rich.text import Text

from dvara_examples.core.errors import ExitCode
from dvara_examples.core.signals import interruptible
from dvara_examples.core.world import World
from dvara_examples.manifest import Variant
from dvara_examples.reports.terminal import make_console
from dvara_examples.session.locking import lock_lists
from dvara_examples.session.readiness import Ready, make_ready
from dvara_examples.toolchains import Deps

_PLAIN_EVERY_S = 10.0
"""How often a line tells that something is still under way where nothing can be redrawn."""


def show_readiness(world: World, variants: Sequence[Variant], deps: Deps) -> int:
    """Make *variants* ready, show how it goes on stderr and what came of it on stdout, and return the exit code."""
    out, progress = make_console(world, world.stdout), _Progress(world)
    failed = False
    with interruptible(world.stop) as stop, progress:
        for ready in make_ready(variants, world, deps, progress.show):
            progress.finish(ready)
            out.print(_line(ready), soft_wrap=True)
            for each in ready.lists if len(ready.lists) > 1 else ():
                out.print(Text(f"{_megabytes(each.size_bytes):>20}  {each.name}"), soft_wrap=True)
            for problem in dict.fromkeys(ready.problems):
                out.print(Text(f"          {problem}", "yellow" if ready.missing else "red"), soft_wrap=True)
            failed = failed or (bool(ready.problems) and (world.on_ci or not ready.missing))
            world.stdout.flush()
    if stop.is_set():
        out.print(Text("interrupted; finished steps are kept: run the same command again to continue", "yellow"))
        return ExitCode.INTERRUPTED
    return ExitCode.NOT_RUN if failed else ExitCode.OK


def show_locks(world: World, variants: Sequence[Variant]) -> int:
    """Write a lock beside each list that has none, say on stdout what came of it, and return the exit code."""
    out, err = make_console(world, world.stdout), make_console(world, world.stderr)
    failed = False
    with interruptible(world.stop):
        for locked in lock_lists(variants, world, lambda step: err.print(Text(f"  {step}", "dim"), soft_wrap=True)):
            if locked.file is not None:
                out.print(Text(f"locked    {world.shown(locked.file)}"), soft_wrap=True)
            else:
                out.print(Text(f"unlocked  {locked.problem}", "red"), soft_wrap=True)
                failed = True
    return ExitCode.NOT_RUN if failed else ExitCode.OK


def _line(ready: Ready) -> Text:
    if ready.missing:
        return Text.assemble((f"{ready.language:<8}", "bold"), ("  left out: no runtime fits", "yellow"))
    scripts = "1 script" if ready.scripts == 1 else f"{ready.scripts} scripts"
    how = f"fetched and built, {_megabytes(ready.grown_bytes)} more on the disk" if ready.steps else "from the cache"
    if ready.problems and not ready.scripts:
        how = "not ready"
    set_name = "" if ready.deps is Deps.LOCKED else f" ({ready.deps})"
    told = f"  {ready.runtime:<10}  {scripts} ready{set_name}  {how}, {ready.seconds:.1f} s"
    return Text.assemble((f"{ready.language:<8}", "bold"), (told, "red" if ready.problems else ""))


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"


class _Progress:
    """The step under way: redrawn in one place on a terminal, a line now and then elsewhere."""

    def __init__(self, world: World) -> None:
        self._console = make_console(world, world.stderr)
        self._live = Live(Text(""), console=self._console, auto_refresh=False, transient=True)
        self._is_live = self._console.is_screen and not world.on_ci
        self._told = ("", 0.0)

    def __enter__(self) -> "_Progress":
        if self._is_live:
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_live:
            self._live.stop()

    def show(self, step: str, count_bytes: Callable[[], int], seconds: float) -> None:
        """Show *step*, the bytes it has added to the disk so far, and the seconds it has taken."""

        def so_far() -> Text:
            return Text(f"  {step}  {_megabytes(count_bytes())} more on the disk, {seconds:.0f} s", "dim")

        told, at_s = self._told
        if self._is_live:
            self._live.update(so_far(), refresh=True)
        elif step != told or seconds - at_s >= _PLAIN_EVERY_S:
            self._console.print(Text(f"  {step}", "dim") if step != told else so_far(), soft_wrap=True)
            self._told = (step, seconds)

    def finish(self, ready: Ready) -> None:
        """Tell in a pipe of the steps that were over before anybody looked."""
        if self._is_live:
            self._live.update(Text(""), refresh=True)
        elif ready.steps and self._told[0] != ready.steps[-1]:
            self._console.print(Text(f"  {ready.steps[-1]}", "dim"), soft_wrap=True)
        self._told = ("", 0.0)
