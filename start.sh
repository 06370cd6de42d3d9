#!/usr/bin/env bash
# Installs, builds and runs Shoal. The last line it prints is the address to open; Ctrl-C stops everything.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
. scripts/prepare.sh

require_node
install_packages
build

env_file=()
[ -f .env ] && env_file=(--env-file=.env)
exec node "${env_file[@]}" --enable-source-maps api/dist/main.js
