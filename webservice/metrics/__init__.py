"""``/metrics`` for Prometheus (W12): what processes counted, and what the tables say at this moment."""
