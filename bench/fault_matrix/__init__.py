"""The proof that a take is bought once: every fault of the rehearsal menu, at every crash point, on both databases, beside two baselines.

python -m bench.fault_matrix [--quick] [--json] [--database sqlite|postgres|both] [--kills 50]
"""
