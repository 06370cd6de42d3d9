# What start.sh and test.sh have in common. Sourced from the root of the repository.
export TURBO_TELEMETRY_DISABLED=1

fail() {
  printf 'Shoal: %s\n' "$1" >&2
  exit 1
}

require_node() {
  command -v node >/dev/null ||
    fail 'Node.js is missing. Install Node.js 20.19 or newer, from https://nodejs.org or with your package manager.'
  node -e 'const [major, minor] = process.versions.node.split(".").map(Number); process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)' ||
    fail "Node.js $(node --version) is too old. Install Node.js 20.19 or newer, from https://nodejs.org or with your package manager."
  command -v npm >/dev/null || fail 'npm is missing. It comes with Node.js; on Debian: apt-get install npm'
}

# Installs what package-lock.json says, once for each state of that file.
install_packages() {
  local stamp=node_modules/.installed state
  state=$(cksum <package-lock.json)
  [ "$(cat "$stamp" 2>/dev/null)" = "$state" ] && return
  echo 'Installing packages ...'
  npm ci --no-fund --no-audit --loglevel=error >&2 || fail 'The packages could not be installed. npm says why above.'
  echo "$state" >"$stamp"
}

# Builds what has changed since the last build.
build() {
  local log
  if ! log=$(node_modules/.bin/turbo run build --output-logs=errors-only 2>&1); then
    printf '%s\n' "$log" >&2
    fail 'The build failed. The compiler says why above.'
  fi
}
