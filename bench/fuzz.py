"""Hundreds of thousands of random streams past the tap's observers, and some hundreds through a real tap.

    python -m bench.fuzz [--tries N] [--cuts N] [--sockets N] [--limit-s S] [--seed N] [--only NUMBER]

The seed is printed first; `--seed` with `--only` tries one response again. Ends with exit code 1 at the first that fails.
"""

import argparse
import secrets
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from types import FrameType

from dvara_examples.protocols import add_folder
from tests.tap.cutting import ALL_TARGETS, check_cut, draw_cut
from tests.tap.fuzzing import Tried, check, check_events, draw, tried_over_sockets
from tests.tap.scripted import open_line

OUTSIDE = Path(__file__).resolve().parents[1] / "tests" / "data" / "protocols"
"""Protocols of files outside the package."""
MOST_S = 5.0
"""Longer than this no single response may take."""


def main() -> None:
    """Try so many responses as the command line asks for, and print how they ended."""
    asked = _arguments()
    add_folder(OUTSIDE)
    print(f"fuzz         seed {asked.seed}", flush=True)
    if asked.only is not None:
        print(draw(asked.seed, asked.only))
        _try_all(asked.seed, [asked.only], lambda number: _observed(draw(asked.seed, number)), asked.limit_s)
        return
    _told(
        "observers", *_try_all(asked.seed, range(asked.tries), lambda number: _observed(draw(asked.seed, number)), asked.limit_s)
    )
    _told("cuts", *_try_all(asked.seed, range(asked.cuts), lambda number: _cut(asked.seed, number), asked.limit_s))
    with open_line() as line:
        _told(
            "sockets",
            *_try_all(
                asked.seed, range(asked.sockets), lambda number: tried_over_sockets(line, draw(asked.seed, number)), asked.limit_s
            ),
        )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz")
    parser.add_argument("--tries", type=int, default=100_000, help="responses led past the observers")
    parser.add_argument("--cuts", type=int, default=100_000, help="streams of every protocol that are cut at a random byte")
    parser.add_argument("--sockets", type=int, default=500, help="responses sent through a real tap")
    parser.add_argument("--limit-s", type=float, default=300.0, help="stop each part after so many seconds")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--only", type=int, help="try only the response of this number")
    return parser.parse_args()


def _cut(seed: int, number: int) -> str:
    return check_cut(draw_cut(seed, number, ALL_TARGETS))


def _observed(tried: Tried) -> str:
    check_events(tried)
    return check(tried)


def _try_all(
    seed: int, numbers: Iterable[int], attempt: Callable[[int], str | None], limit_s: float
) -> tuple[Counter[str], float, float]:
    """Try the responses of these *numbers*; return how they ended, the seconds in all and those of the slowest one."""
    signal.signal(signal.SIGALRM, _too_long)
    endings: Counter[str] = Counter()
    began_s, slowest_s = time.perf_counter(), 0.0
    for number in numbers:
        tried_at_s = time.perf_counter()
        signal.setitimer(signal.ITIMER_REAL, MOST_S)
        try:
            endings[attempt(number) or "tried"] += 1
        except Exception as error:
            error.add_note(f"again: python -m bench.fuzz --seed {seed} --only {number}")
            raise
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        now_s = time.perf_counter()
        slowest_s = max(slowest_s, now_s - tried_at_s)
        if now_s - began_s > limit_s:
            break
    return endings, time.perf_counter() - began_s, slowest_s


def _told(what: str, endings: Counter[str], took_s: float, slowest_s: float) -> None:
    total = sum(endings.values())
    print(f"{what:12} {total} responses in {took_s:.0f} s, the slowest in {slowest_s * 1000:.0f} ms, nothing wrong")
    for name, count in endings.most_common():
        print(f"             {count:>8}  {name}")
    sys.stdout.flush()


def _too_long(signal_number: int, frame: FrameType | None) -> None:  # noqa: ARG001 - the signature of a handler
    raise TimeoutError(f"one response took more than {MOST_S} s")


if __name__ == "__main__":
    main()
