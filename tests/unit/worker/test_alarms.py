from mulgil.worker.state.alarms import Alarms


def test_alarms_ring_in_the_order_of_their_times_and_then_of_their_setting() -> None:
    alarms: Alarms[str] = Alarms()
    for key, at in (("c", 2.0), ("a", 1.0), ("b", 1.0), ("late", 9.0)):
        alarms.set(key, at)
    assert alarms.next == 1.0
    assert list(alarms.take_due(2.0)) == ["a", "b", "c"]
    assert alarms.next == 9.0
    assert "late" in alarms
    assert "a" not in alarms


def test_an_alarm_that_is_set_again_moves() -> None:
    alarms: Alarms[str] = Alarms()
    alarms.set("a", 1.0)
    alarms.set("a", 5.0)
    assert list(alarms.take_due(4.0)) == []
    assert list(alarms.take_due(5.0)) == ["a"]


def test_an_alarm_that_is_cleared_does_not_ring() -> None:
    alarms: Alarms[str] = Alarms()
    alarms.set("a", 1.0)
    alarms.clear("a")
    alarms.clear("unknown")
    assert alarms.next is None


def test_far_alarms_that_were_cleared_take_no_memory() -> None:
    alarms: Alarms[int] = Alarms()
    for number in range(10_000):
        alarms.set(number, 3600.0 + number)
        alarms.clear(number)
    alarms.set(-1, 1.0)
    assert len(alarms._heap) < 100
    assert list(alarms.take_due(1.0)) == [-1]
