"""The panel on real servers: ``python -m demo``, or ``make demo``."""
