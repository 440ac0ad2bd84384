"""Where processes can be killed: they pass numbered points, and one of them may be their last."""


class SimulatedCrash(BaseException):
    """Unwinds a process that was killed. Nothing may catch it but the simulation."""


class CrashPoints:
    """The points that one process passes."""

    def __init__(self) -> None:
        self.passed = 0
        self._last: int | None = None

    def kill_after(self, points: int) -> None:
        """Kill the process when it has passed so many more points."""
        self._last = self.passed + points

    def disarm(self) -> None:
        """Let the process live."""
        self._last = None

    def reach(self) -> None:
        """Pass a point, or die there."""
        self.passed += 1
        if self._last is not None and self.passed >= self._last:
            self._last = None
            raise SimulatedCrash
