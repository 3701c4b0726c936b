"""What a user would measure: ``python -m benchmarks.<name>``; figures are ratios within one run."""
