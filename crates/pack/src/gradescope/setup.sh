#!/usr/bin/env bash
# Prepares a bare container of Debian or Ubuntu: a compiler, the checker, and the worlds that the assignment needs.
set -euo pipefail
source=${AUTOGRADER:-/autograder}/source
export DEBIAN_FRONTEND=noninteractive HOME=${HOME:-/root}
export PATH="$HOME/.cargo/bin:$PATH"

apt-get update
apt-get install --yes --no-install-recommends bubblewrap ca-certificates curl gcc libc6-dev
if ! command -v cargo >/dev/null; then
    curl --proto '=https' --tlsv1.2 --silent --show-error --fail https://sh.rustup.rs |
        sh -s -- -y --profile minimal --default-toolchain stable
fi

# Grading a right fix of each exercise builds everything that grading needs, and shows that it works here.
trial=$(mktemp -d)
trap 'rm -rf "$trial"' EXIT
while read -r exercise; do
    mkdir -p "$trial/submissions/reference/$exercise/src"
    cp "$source/katas/solutions/$exercise/lib.rs" "$trial/submissions/reference/$exercise/src/lib.rs"
done <"$source/exercises"
cd "$source/katas"
# shellcheck disable=SC2046 # No word or one.
cargo xtask grade "$trial/submissions" --assignment "$source/assignment.toml" --out "$trial/out" \
    --format gradescope $(cat "$source/sandbox")
passed=$(grep --count '"verdict":"passed"' "$trial/out/results.jsonl" || true)
if [ "$passed" != "$(wc -l <"$source/exercises")" ]; then
    cat "$trial/out/results.jsonl"
    echo "only $passed right fixes passed here, and there is one for each exercise" >&2
    exit 1
fi
