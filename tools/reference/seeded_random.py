"""The random numbers of core's `seededRandom`, rewritten: what a seed draws in TypeScript it draws here."""

from __future__ import annotations

import json
import math

MASK32 = 2 ** 32 - 1
MASK64 = 2 ** 64 - 1


class SeededRandom:
    """xoshiro128** whose state is SplitMix64 of the FNV-1a hash of the seed and the names of the forks, as JSON in UTF-16."""

    def __init__(self, seed: int | str, forks: tuple[str, ...] = ()) -> None:
        self.seed, self.forks = seed, forks
        text = json.dumps([str(seed), *forks], separators=(',', ':'), ensure_ascii=False)
        state = 0xcbf29ce484222325
        for byte in text.encode('utf-16-le'):
            state = (state ^ byte) * 0x100000001b3 & MASK64
        words = []
        for _ in range(2):
            state = state + 0x9e3779b97f4a7c15 & MASK64
            word = (state ^ state >> 30) * 0xbf58476d1ce4e5b9 & MASK64
            word = (word ^ word >> 27) * 0x94d049bb133111eb & MASK64
            word ^= word >> 31
            words += [word & MASK32, word >> 32]
        self.state = words
        self.spare: float | None = None

    def fork(self, name: str) -> SeededRandom:
        return SeededRandom(self.seed, (*self.forks, name))

    def next(self) -> int:
        s = self.state
        result = rotated(s[1] * 5 & MASK32, 7) * 9 & MASK32
        shifted = s[1] << 9 & MASK32
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= shifted
        s[3] = rotated(s[3], 11)
        return result

    def uniform(self) -> float:
        return ((self.next() >> 5) * 2 ** 26 + (self.next() >> 6)) / 2 ** 53

    def normal(self) -> float:
        if self.spare is not None:
            spare, self.spare = self.spare, None
            return spare
        radius = math.sqrt(-2 * math.log(1 - self.uniform()))
        angle = 2 * math.pi * self.uniform()
        self.spare = radius * math.sin(angle)
        return radius * math.cos(angle)


def rotated(word: int, by: int) -> int:
    return (word << by | word >> 32 - by) & MASK32
