"""What every new metadata store holds from the first moment."""

from mulgil.model import DEFAULT_POOL, Pool

INITIAL_POOLS = (Pool(name=DEFAULT_POOL, slots=128),)
