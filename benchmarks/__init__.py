"""Named workloads with shipped defaults; `make bench` runs them all."""
