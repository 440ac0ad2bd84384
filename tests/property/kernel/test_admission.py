"""Admission agrees with a plain one that sorts everything for every slot, and never exceeds a limit."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from mulgil.kernel import Admission, Candidate
from mulgil.model import TaskKey

START = datetime(2026, 1, 1, tzinfo=UTC)
PARALLELISM = 6
RUN_LIMITS = {"r1": 1, "r2": 3, "r3": 9}
POOLS = {"wide": -1, "narrow": 3}

candidates = st.builds(
    lambda dag_id, run_id, name, pool, slots, weight, priority: Candidate(
        dag_id=dag_id,
        run_id=run_id,
        key=TaskKey(name),
        pool=pool,
        pool_slots=slots,
        weight=weight,
        priority=priority,
        interval_start=START + timedelta(days=len(run_id) + int(run_id[1])),
        max_active_tasks=RUN_LIMITS[run_id],
    ),
    st.sampled_from("ABC"),
    st.sampled_from(sorted(RUN_LIMITS)),
    st.sampled_from("abcdefg"),
    st.sampled_from(["wide", "narrow", "gone"]),
    st.integers(1, 2),
    st.sampled_from([1, 1, 5]),
    st.integers(1, 4),
)
actions = st.lists(
    st.one_of(
        st.tuples(st.just("offer"), candidates),
        st.tuples(st.just("offer"), candidates),
        st.tuples(st.just("withdraw"), candidates),
        st.tuples(st.just("admit"), st.integers(0, 4)),
        st.tuples(st.just("admit"), st.integers(0, 4)),
        st.tuples(st.just("release"), st.integers(0, 20)),
        st.tuples(st.just("pause"), st.sampled_from("ABC")),
        st.tuples(st.just("unpause"), st.sampled_from("ABC")),
        st.tuples(st.just("pool"), st.integers(-1, 4)),
        st.tuples(st.just("forget"), candidates),
        st.tuples(st.just("recount"), st.integers(0, 20)),
    ),
    max_size=80,
)

Identity = tuple[str, str, TaskKey]


def identity(one: Candidate) -> Identity:
    return one.dag_id, one.run_id, one.key


class PlainAdmission:
    """The documented order, by sorting; the documented limits, by counting."""

    def __init__(self) -> None:
        self.offered: dict[Identity, tuple[int, Candidate]] = {}
        self.held: dict[Identity, Candidate] = {}
        self.pools = dict(POOLS)
        self.paused: set[str] = set()
        self.served: Counter[str] = Counter()
        self.turns = 0

    def offer(self, one: Candidate) -> None:
        known = self.offered.get(identity(one))
        if known is None or known[1] != one:
            self.turns += 1
            self.offered[identity(one)] = (self.turns, one)

    def hold(self, one: Candidate) -> None:
        if identity(one) not in self.held:
            self.turns += 1
            self.held[identity(one)] = one
            self.served[one.dag_id] = self.turns

    def admit(self, slots: int) -> list[Candidate]:
        admitted: list[Candidate] = []
        while len(admitted) < slots and len(self.held) < PARALLELISM:
            ranked = sorted((self.rank(turn, one), identity(one)) for turn, one in self.offered.values())
            fitting = [who for _, who in ranked if self.fits(self.offered[who][1])]
            if not fitting:
                break
            _, one = self.offered.pop(fitting[0])
            self.hold(one)
            admitted.append(one)
        return admitted

    def rank(self, turn: int, one: Candidate) -> tuple[object, ...]:
        live = sum(other.dag_id == one.dag_id for other in self.held.values())
        return (-one.weight, live, self.served[one.dag_id], one.dag_id, -one.priority, one.interval_start, turn)

    def fits(self, one: Candidate) -> bool:
        held = list(self.held.values())
        size = self.pools.get(one.pool)
        used = sum(other.pool_slots for other in held if other.pool == one.pool)
        in_run = sum((other.dag_id, other.run_id) == (one.dag_id, one.run_id) for other in held)
        has_room = size is not None and (size < 0 or used + one.pool_slots <= size)
        return has_room and in_run < one.max_active_tasks and one.dag_id not in self.paused


def apply(action: tuple[str, object], ours: Admission, plain: PlainAdmission) -> None:  # noqa: C901 - one case an action
    match action:
        case "offer", Candidate() as one:
            if identity(one) not in plain.held:
                ours.offer(one)
                plain.offer(one)
        case "withdraw", Candidate() as one:
            ours.withdraw(one.dag_id, one.run_id, one.key)
            plain.offered.pop(identity(one), None)
        case "admit", int(slots):
            assert list(ours.admit(slots)) == plain.admit(slots)
        case "release", int(number):
            if plain.held:
                who = sorted(plain.held)[number % len(plain.held)]
                ours.release(*who)
                del plain.held[who]
        case "pause", str(dag_id):
            ours.set_paused(dag_id, True)
            plain.paused.add(dag_id)
        case "unpause", str(dag_id):
            ours.set_paused(dag_id, False)
            plain.paused.discard(dag_id)
        case "pool", int(slots):
            ours.set_pool("narrow", slots)
            plain.pools["narrow"] = slots
        case "forget", Candidate() as one:
            ours.forget_run(one.dag_id, one.run_id)
            for table in (plain.offered, plain.held):
                for who in [who for who in table if who[:2] == (one.dag_id, one.run_id)]:
                    del table[who]
        case "recount", int(number):
            live = list(plain.held.values())[: number % (len(plain.held) + 1)]
            ours.recount(live)
            plain.held.clear()
            for one in live:
                plain.hold(one)


@settings(max_examples=1500)
@given(actions=actions)
def test_as_a_plain_admission_does(actions: list[tuple[str, object]]) -> None:
    ours, plain = Admission(parallelism=PARALLELISM), PlainAdmission()
    for name, slots in POOLS.items():
        ours.set_pool(name, slots)
    for action in actions:
        apply(action, ours, plain)
        assert (ours.live, ours.waiting) == (len(plain.held), len(plain.offered))
        for _, one in plain.offered.values():
            blocked = ours.why_waiting(one).code not in ("wait.turn", "wait.parallelism")
            assert blocked is not plain.fits(one)
