#!/usr/bin/env bash
# Installs what the tests need and runs all of them: types, linter, build, then every test. The last line sums up.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. scripts/prepare.sh
. scripts/test-programs.sh

require_node
install_packages
install_test_programs

passed=0 failed=0
check() {
  local name=$1
  shift
  printf '\n== %s\n' "$name"
  if "$@"; then passed=$((passed + 1)); else failed=$((failed + 1)) && printf 'FAILED: %s\n' "$name"; fi
}

check 'build' node_modules/.bin/turbo run build --output-logs=errors-only
check 'types' node_modules/.bin/turbo run typecheck --output-logs=errors-only
check 'linter' npm run --silent lint

printf '\n== tests\n'
rm -rf test-results
node_modules/.bin/vitest run --reporter=default --reporter=json --outputFile.json=test-results/vitest.json "$@" || true
name_skipped_tests
node scripts/sum-up.mjs "$passed" "$failed" test-results/vitest.json
