"""Benchmarks: ``python -m benchmarks.<name>``. Results are ratios within one run."""
