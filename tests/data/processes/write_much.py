"""Writes as many bytes as the first argument says, in pieces as large as the second: 0, 1, … 250, over and over."""

import os
import sys

total, size = int(sys.argv[1]), int(sys.argv[2])
pattern = bytes(range(251)) * (2 * size // 251 + 2)
done = 0
while done < total:
    start = done % 251
    done += os.write(1, memoryview(pattern)[start : start + min(size, total - done)])
