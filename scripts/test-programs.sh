# The programs outside npm that tests use. Sourced by test.sh. A missing one costs its tests, which are then skipped by name.
# One line each: the file that shows it is there, and its packages on Debian and Ubuntu.
test_programs='/usr/bin/chromium chromium
/usr/sbin/mariadbd mariadb-server-core mariadb-client-core
/usr/bin/memcached memcached
/usr/bin/memccapable libmemcached-tools
/usr/lib/python3/dist-packages/pymemcache python3-pymemcache
/usr/lib/python3/dist-packages/pylibmc python3-pylibmc
/usr/lib/python3/dist-packages/prometheus_client python3-prometheus-client'

missing_packages() {
  local file packages
  while read -r file packages; do
    [ -e "$file" ] || printf '%s ' "$packages"
  done <<<"$test_programs"
  python3 -c 'import ensurepip, venv' 2>/dev/null || printf 'python3-venv '
}

install_test_programs() {
  install_programs
  install_moto
}

install_programs() {
  local missing as_root=()
  missing=$(missing_packages)
  [ -z "$missing" ] && return
  if ! command -v apt-get >/dev/null; then return; fi
  if [ "$(id -u)" -ne 0 ]; then
    sudo -n true 2>/dev/null || return 0
    as_root=(sudo -n)
  fi
  echo "Installing for the tests: $missing"
  # One by one, so that a package which a distribution lacks costs only its own tests.
  "${as_root[@]}" apt-get update -qq >/dev/null 2>&1 || true
  # shellcheck disable=SC2086
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null 2>&1 ||
    for package in $missing; do
      "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null 2>&1 || true
    done
}

# moto stands for AWS. It lives in a Python environment of its own, made anew when its list of packages has changed.
moto_folder=node_modules/.cache/moto
moto_packages=scripts/moto-requirements.txt

install_moto() {
  moto_is_there && return
  echo 'Installing for the tests: moto'
  rm -rf "$moto_folder"
  python3 -m venv "$moto_folder" >/dev/null 2>&1 &&
    "$moto_folder/bin/pip" install --quiet --disable-pip-version-check --requirement "$moto_packages" >/dev/null 2>&1 &&
    cp "$moto_packages" "$moto_folder/installed" || true
}

moto_is_there() {
  cmp -s "$moto_packages" "$moto_folder/installed"
}

name_skipped_tests() {
  local missing
  moto_is_there || printf '\nSkipped for want of moto, which pip could not install from %s.\n' "$moto_packages"
  missing=$(missing_packages)
  [ -z "$missing" ] || printf '\nSkipped for want of programs. To run those tests too: sudo apt-get install %s\n' "$missing"
}
