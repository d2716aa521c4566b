"""The random processes of the language: exchangeable sequences, one predictive at a time.

`PROCESSES` maps a constructor's name to its class; a class is called with its parameters by
position, and then perhaps with its state. No numpy is loaded until a process that needs it is
built.
"""

from __future__ import annotations

from anglipy.runtime.processes.base import Process, UserProcess
from anglipy.runtime.processes.conjugate import DirichletDiscrete, MvnNiw
from anglipy.runtime.processes.gaussian import GP
from anglipy.runtime.processes.kalman import LDS
from anglipy.runtime.processes.restaurant import CRP, DP

__all__ = [
    "CRP", "DP", "GP", "LDS", "PROCESSES", "DirichletDiscrete", "MvnNiw", "Process", "UserProcess",
]  # fmt: skip

PROCESSES: dict[str, type[Process]] = {
    cls.name: cls for cls in (CRP, DP, GP, LDS, DirichletDiscrete, MvnNiw)
}
"""Constructor name -> class."""
