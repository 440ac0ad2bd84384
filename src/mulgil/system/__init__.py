"""The real world behind the system ports: time, identities, chance. The only place that touches them."""

from mulgil.system.clock import SystemClock
from mulgil.system.ids import SystemIds
from mulgil.system.jitter import SystemJitter

__all__ = ["SystemClock", "SystemIds", "SystemJitter"]
