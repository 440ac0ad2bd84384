"""mulgil: data pipelines whose loads are idempotent, all-or-nothing, checked and documented by themselves."""
