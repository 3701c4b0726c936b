"""What a user would measure, runnable by anyone: ``python -m benchmarks.<name>``; figures are ratios within one run."""
