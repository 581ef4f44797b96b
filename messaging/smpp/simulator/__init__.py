"""A simulated operator (SMSC) for the demo, the sandbox keys, the tests and the bench: see docs/simulator.md.

In a test: ``with simulator(latency=0.05) as smsc: ...`` (`messaging.smpp.simulator.thread`). As a process:
``manage.py smsc_simulator``, steered through a small control port (`messaging.smpp.simulator.control`).
"""

from messaging.smpp.simulator.options import FATES, Fate, Options
from messaging.smpp.simulator.thread import Simulator, simulator

__all__ = ["FATES", "Fate", "Options", "Simulator", "simulator"]
