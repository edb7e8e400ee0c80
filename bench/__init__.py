"""Benchmarks: timings as ratios within one run, medians reported. Not tests."""
