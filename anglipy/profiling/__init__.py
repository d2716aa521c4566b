"""What happens to groups of particles, line by line: where they split and meet again, what is done
one by one, where the time goes.

    with anglipy.profile() as profile:
        model.infer("smc", args=[9.0, 8.0], particles=10_000, seed=0)
    print(profile.table(top=10))

Counts are exact: the machine that runs groups tells them. Time is sampled by a thread that looks
every millisecond where the program is. Nothing of this costs anything while nobody profiles. What
is run has to be run in the thread that profiles.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from anglipy.profiling.lines import Calls, Line, Meeting, Splitting, Stops
from anglipy.profiling.report import Profile
from anglipy.profiling.sampling import Sampler
from anglipy.profiling.watching import Watching
from anglipy.runtime.lanes.groups import CURRENT

__all__ = ["Calls", "Line", "Meeting", "Profile", "Splitting", "Stops", "profile"]


@contextmanager
def profile() -> Iterator[Profile]:
    """Profile all inference inside the block, of any engine; profiles do not nest, the inner one
    has what is inside of it.
    """
    found = Profile()
    watching = Watching(found)
    sampler = Sampler(watching.sampled)
    before = CURRENT.watch
    CURRENT.watch = watching
    sampler.start()
    try:
        yield found
    finally:
        found.seconds = sampler.stop()
        CURRENT.watch = before
