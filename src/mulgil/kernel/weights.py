"""Effective priority weights: how much of the dag waits for a task.

Airflow's rules: `downstream` is the task's own weight plus those of all its distinct descendants,
`upstream` the same over ancestors, `absolute` the own weight alone. Sets of relatives are Python ints
used as bit sets, and sums over them are popcounts per binary digit of the weights: 10,000 tasks take
milliseconds, and the result is exact.
"""

from collections.abc import Sequence

from mulgil.model import TaskSpec, WeightRule

_Plane = tuple[int, int]


def effective_weights(
    tasks: Sequence[TaskSpec], upstream: Sequence[Sequence[int]], downstream: Sequence[Sequence[int]]
) -> tuple[int, ...]:
    """Return the effective weight of each task; `tasks` are in topological order."""
    weights = [task.priority_weight for task in tasks]
    rules = [task.weight_rule for task in tasks]
    planes = _planes(weights)
    order = range(len(tasks))
    if WeightRule.DOWNSTREAM in rules:
        _sum_relatives(weights, rules, WeightRule.DOWNSTREAM, planes, order[::-1], downstream, upstream)
    if WeightRule.UPSTREAM in rules:
        _sum_relatives(weights, rules, WeightRule.UPSTREAM, planes, order, upstream, downstream)
    return tuple(weights)


def _planes(weights: Sequence[int]) -> list[_Plane]:
    """Split the weights into binary digits: (value of the digit, tasks that have it)."""
    members: dict[int, int] = {}
    for task, weight in enumerate(weights):
        sign, rest, digit = (-1 if weight < 0 else 1), abs(weight), 0
        while rest >> digit:
            if rest >> digit & 1:
                value = sign << digit
                members[value] = members.get(value, 0) | 1 << task
            digit += 1
    return sorted(members.items())


def _sum_relatives(
    weights: list[int],
    rules: Sequence[WeightRule],
    rule: WeightRule,
    planes: Sequence[_Plane],
    order: Sequence[int],
    towards: Sequence[Sequence[int]],
    back: Sequence[Sequence[int]],
) -> None:
    """Set the weights of the tasks that follow `rule`; `order` visits what lies `towards` first."""
    reach: list[int] = [0] * len(weights)
    readers = [len(neighbours) for neighbours in back]
    for task in order:
        reached = 1 << task
        for neighbour in towards[task]:
            reached |= reach[neighbour]
            readers[neighbour] -= 1
            if not readers[neighbour]:
                reach[neighbour] = 0  # Nobody reads this set again: memory stays that of the frontier.
        reach[task] = reached
        if rules[task] is rule:
            weights[task] = sum(value * (reached & members).bit_count() for value, members in planes)
