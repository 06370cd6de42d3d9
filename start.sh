#!/usr/bin/env bash
# Installs, builds and runs Shoal. At the end it prints the address to open and a link that signs in; Ctrl-C stops everything.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. scripts/prepare.sh

require_node
install_packages
build

env_file=()
[ -f .env ] && env_file=(--env-file=.env)
# From Node.js 22 on, compiled modules are kept and the next start is faster.
export NODE_COMPILE_CACHE=node_modules/.cache/node
# The autoscaler ends with this process, which becomes the api.
node "${env_file[@]}" autoscaler/dist/main.js --end-with-parent &
exec node "${env_file[@]}" api/dist/main.js
