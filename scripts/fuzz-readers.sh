#!/usr/bin/env bash
# Tries whatever reads what strangers send with random input, again and again with another seed, until FUZZ_MINUTES are over. A
# seed that fails is printed with the case itself, which proptest also writes down beside the test.
set -euo pipefail
cd "$(dirname "$0")/.."

end=$((SECONDS + 60 * ${FUZZ_MINUTES:-10}))
cases=${FUZZ_CASES:-2000}
rounds=0
while [ "$rounds" = 0 ] || [ "$SECONDS" -lt "$end" ]; do
    seed=${FUZZ_SEED:-$((RANDOM << 30 | RANDOM << 15 | RANDOM))}
    echo "Round $((rounds + 1)): $cases cases for each test, PROPTEST_RNG_SEED=$seed"
    PROPTEST_CASES=$cases PROPTEST_RNG_SEED=$seed cargo nextest run --profile long --locked --workspace --status-level fail \
        --final-status-level fail -E 'test(/never_panic|no_bytes|a_damaged_|hostile_|can_be_compared/) - binary(it)'
    rounds=$((rounds + 1))
done
echo "$rounds rounds of $cases cases for each test in $SECONDS s, and nothing found"
