"""`docs/performance.md` and its pictures, made of what the benchmarks have measured."""
