# Sourced by the programs in this folder: makes what they need be there. Leaves the shell in the project's root.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '\033[2m· %s\033[0m\n' "$*" >&2; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

command -v node >/dev/null || fail 'Node.js is missing: install Node 20 or newer (with npm 10 or newer) and run this again.'
command -v npm >/dev/null || fail 'npm is missing: install Node 20 or newer with npm 10 or newer and run this again.'
[ "$(node -p 'Number(process.versions.node.split(".")[0])')" -ge 20 ] || fail "Node $(node --version) is too old: 20 or newer is needed."

# one_at_a_time FUNCTION: two programs that start at once must not install into the same folder together.
one_at_a_time() {
  command -v flock >/dev/null || { "$1"; return; }
  local lock
  exec {lock}<scripts/setup.sh
  flock -n "$lock" || { say 'waiting for another program that installs here'; flock "$lock"; }
  "$1"
  exec {lock}<&-
}

# Packages of npm, Node 24 among them; again only when the lock file changed.
install_npm_packages() { one_at_a_time install_npm_packages_now; }

install_npm_packages_now() {
  local stamp=node_modules/.vigie-installed sum
  sum=$(cksum package-lock.json)
  [ -x node_modules/.bin/node ] && [ "$(cat "$stamp" 2>/dev/null)" = "$sum" ] && return
  say 'installing npm packages (Node 24 among them)'
  npm ci --no-audit --no-fund --loglevel=error >&2
  printf '%s' "$sum" > "$stamp"
}

# have_or_install PROGRAM PACKAGE …: installs the Debian packages whose program is missing; says what it cannot.
# Sets MISSING to the programs that are not there in the end.
MISSING=''
have_or_install() {
  local wanted=() programs=() as=''
  while [ $# -gt 0 ]; do
    if ! find_program "$1"; then programs+=("$1"); wanted+=("$2"); fi
    shift 2
  done
  [ ${#wanted[@]} -eq 0 ] && return
  if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then as='sudo -n'; fi
  fi
  if command -v apt-get >/dev/null && { [ "$(id -u)" -eq 0 ] || [ -n "$as" ]; }; then
    say "installing ${wanted[*]} from Debian"
    { $as apt-get update -qq && $as env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${wanted[@]}"; } >/dev/null 2>&1 ||
      say 'apt-get failed; run it by hand to see why'
  fi
  for program in "${programs[@]}"; do find_program "$program" || MISSING="$MISSING $program"; done
}

# Debian keeps the server programs of PostgreSQL out of PATH.
find_program() {
  command -v "$1" >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/"$1" >/dev/null 2>&1 || [ -e "$1" ]
}

build_console() { one_at_a_time build_console_now; }

build_console_now() {
  local stamp=fleet-server/console/dist/.source sum
  sum=$(git ls-files -s fleet-server/console package-lock.json 2>/dev/null | cksum; git diff HEAD -- fleet-server/console 2>/dev/null | cksum)
  [ -f fleet-server/console/dist/index.html ] && [ "$(cat "$stamp" 2>/dev/null)" = "$sum" ] && return
  say 'building the console'
  npm run --silent build -w fleet-server/console >&2
  printf '%s' "$sum" > "$stamp"
}

NODE=$PWD/node_modules/.bin/node
