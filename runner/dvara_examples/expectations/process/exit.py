"""``exit: 0`` · ``exit: nonzero`` · ``exit: {signal: SIGKILL}``: how the example's process ended by itself."""

from dataclasses import dataclass
from typing import ClassVar

from dvara_examples.core.shapes import constant, either, mapping, text, whole
from dvara_examples.records.model import WHOLE_ENDINGS
from dvara_examples.records.transcript import ProcessEnd, Transcript
from dvara_examples.records.verdict import Finding, Witness


@dataclass(frozen=True, slots=True)
class Exit:
    """The process ended with exactly this *code*, with any other than 0 (*nonzero*), or by *signal*."""

    key: ClassVar[str] = "exit"
    witness: ClassVar[Witness] = Witness.PROCESS
    code: int | None = None
    nonzero: bool = False
    signal: str | None = None

    def check(self, seen: Transcript) -> Finding:
        """Compare with the exit code or signal that the operating system reported."""
        end = seen.process
        if self.signal is not None:
            ok, expected = end.signal == self.signal, f"ended by {self.signal}"
        elif self.nonzero:
            ok, expected = end.exit_code not in (None, 0), "a non-zero exit code"
        else:
            ok, expected = end.exit_code == self.code, f"exit code {self.code}"
        return Finding(self.key, self.witness, ok, expected, how_it_ended(end), "" if ok else self._sentence(seen))

    def _sentence(self, seen: Transcript) -> str:
        end, last = seen.process, seen.last_exchange
        if end.served is not None and end.stopped_by is not None:
            return f"a server is stopped with {end.stopped_by} when it has answered: expect how it ends then, or leave exit out"
        if end.limit is not None:
            return f"the example did not end by itself: it was stopped when its {end.limit} limit was reached"
        if self.nonzero and end.exit_code == 0:
            if last is None or last.ending in WHOLE_ENDINGS:
                return "the example reported success, but a failure is expected"
            return "the example reported success although something went wrong: whoever runs it cannot know"
        if self.code == 0:
            return "the example reported a failure; its last lines of stderr say which"
        return "the example did not end as it should"


def how_it_ended(end: ProcessEnd) -> str:
    """Say how a process ended, in a few words."""
    how = f"ended by {end.signal}" if end.signal else f"exit code {end.exit_code}"
    return f"{how} (stopped: {end.limit} limit)" if end.limit else how


_SIGNAL = text(pattern="^SIG[A-Z0-9]+$", expected="a name such as SIGTERM")

VALUE = either(
    whole(0, 255).to(lambda code: Exit(code=code)),
    constant("nonzero").to(lambda _: Exit(nonzero=True)),
    mapping({"signal": _SIGNAL}, needed=("signal",)).to(lambda found: Exit(signal=found["signal"])),
    expected="a code from 0 to 255, nonzero, or {signal: NAME}",
).described("The exit code, `nonzero` for any failure, or the signal that ended the process.")
