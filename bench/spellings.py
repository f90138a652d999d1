"""Judge random legal spellings of answers and count false verdicts; exit code 1 if there is any.

python -m bench.spellings [--tries N] [--seed N]
"""

import argparse
import sys
from collections import Counter

from tests.endings.spelling import draw, false_claim, verdict_on


def main() -> int:
    """Try as many as asked for, and print each false verdict with its number."""
    parser = argparse.ArgumentParser(prog="python -m bench.spellings")
    parser.add_argument("--tries", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    counts, false = Counter[str](), 0
    for number in range(asked.tries):
        spelled = draw(asked.seed, number)
        counts[verdict_on(spelled)[1].outcome] += 1
        if claim := false_claim(spelled):
            false += 1
            print(f"{number}: {claim}")
    print(f"{asked.tries} spellings, {false} false verdicts;", ", ".join(f"{count} {word}" for word, count in counts.items()))
    return 1 if false else 0


if __name__ == "__main__":
    sys.exit(main())
