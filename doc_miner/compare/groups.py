"""Put a comparison into the order in which a reader wants it: category by category, what is done, by whom, and by whom not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from doc_miner.compare.comparison import Comparison, Moved, Stated, Step
from doc_miner.compare.places import Place
from doc_miner.compare.steps import OTHER

FEW = 0.1
"""What this share of the regions does (one region at least) that state a problem, is done by few."""


@dataclass(frozen=True, slots=True)
class Practice:
    """Nearly identical steps: one row, led by the first, with all that say the same."""

    lead: Step
    steps: tuple[Step, ...]

    @property
    def places(self) -> tuple[Place, ...]:
        """The regions that use it, each once."""
        return tuple(dict.fromkeys(step.source.place for step in self.steps))


@dataclass(frozen=True, slots=True)
class Doing:
    """What is done of one type in a category: its practices, those of most regions first."""

    code: str
    name: str
    practices: tuple[Practice, ...]
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Rare:
    """A type of action that few of the regions with the same problem take."""

    doing: Doing
    by: tuple[Place, ...]
    others: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Topic:
    """A category of the comparison."""

    code: str
    name: str
    problems: tuple[Stated, ...]
    doings: tuple[Doing, ...]
    movements: tuple[Moved, ...]
    rare: tuple[Rare, ...]
    stating: tuple[Place, ...]
    """The regions that state a problem of the category."""
    idle: tuple[Place, ...]
    """Those of them for which no step was found."""

    @property
    def places(self) -> tuple[Place, ...]:
        """The regions with a problem or a step in the category, in the order of their records."""
        acting = [step.source for doing in self.doings for practice in doing.practices for step in practice.steps]
        sources = sorted({*(problem.source for problem in self.problems), *acting}, key=lambda source: source.number)
        return tuple(dict.fromkeys(source.place for source in sources))


def topics(comparison: Comparison) -> list[Topic]:
    """Return the categories of *comparison* in their order."""
    problems, steps, movements = (_by_category(records) for records in (comparison.problems, comparison.steps, comparison.movements))
    return [_topic(code, comparison, problems.get(code, []), steps.get(code, []), movements.get(code, [])) for code in comparison.categories]


def _by_category(records: Iterable[object]) -> dict[str, list]:  # type: ignore[type-arg]
    out: dict[str, list[object]] = {}
    for record in records:
        out.setdefault(record.category, []).append(record)  # type: ignore[attr-defined]
    return out


def _topic(code: str, comparison: Comparison, problems: Sequence[Stated], steps: Sequence[Step], movements: Sequence[Moved]) -> Topic:
    doings = _doings(steps, comparison)
    stating = tuple(dict.fromkeys(problem.source.place for problem in problems))
    acting = {step.source.place for step in steps}
    return Topic(
        code, comparison.names.get(code, code), tuple(problems), tuple(doings), tuple(movements), tuple(_rare(doings, stating)), stating,
        tuple(place for place in stating if place not in acting),
    )  # fmt: skip


def _doings(steps: Sequence[Step], comparison: Comparison) -> list[Doing]:
    by_type: dict[str, dict[int, list[Step]]] = {}
    for step in steps:
        for code in step.types:
            by_type.setdefault(code, {}).setdefault(step.cluster, []).append(step)
    out = []
    for code in (name for name in comparison.names if name in by_type):
        practices = [Practice(group[0], tuple(group)) for group in by_type[code].values()]
        practices.sort(key=lambda one: (-len(one.places), -len(one.steps), one.lead.source.number))
        places = tuple(dict.fromkeys(step.source.place for group in by_type[code].values() for step in group))
        out.append(Doing(code, comparison.names[code], tuple(practices), places))
    return sorted(out, key=lambda doing: (doing.code == OTHER, -len(doing.places)))


def _rare(doings: Sequence[Doing], stating: Sequence[Place]) -> Iterable[Rare]:
    """Yield what few of the regions that state a problem do about it."""
    for doing in doings:
        by = tuple(place for place in stating if place in doing.places)
        if doing.code != OTHER and len(stating) > 1 and 0 < len(by) <= max(1, int(len(stating) * FEW)):
            yield Rare(doing, by, tuple(place for place in stating if place not in doing.places))
