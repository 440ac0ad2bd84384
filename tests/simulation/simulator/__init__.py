"""A whole mulgil in virtual time, from one seed. See `simulator.seed`."""
