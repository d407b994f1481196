"""The programs that the benchmarks run: servers, floods and clients of other kinds."""
