"""The simulation: whole relays in simulated time, with everything going wrong that may, against a model of
what must hold. `relay simulate` runs it (docs/operations.md).

The flows, the store in memory and the keeper with its files are the product's own; clock, network and faults
come from one seed, so that a run that fails is the same when it is run again. Owns no rule of the product:
what must hold is written down a second time, in `model`, without the relay's own reckoning.
"""

from __future__ import annotations
