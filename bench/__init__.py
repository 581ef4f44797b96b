"""Reproducible measurements: ``script/bench``. Every figure stands beside a yardstick of the same run."""
