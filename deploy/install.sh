#!/bin/sh
# Installs the Vigie program whose unpacked release this file lies in (agent or fleet server) as a systemd service with
# a user of its own. Run it as root; run the one of a newer release to update.
set -eu

release=$(cd "$(dirname "$0")/.." && pwd)

die() { echo "$*" >&2; exit 1; }
field() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$release/release.json"; }

[ "$(id -u)" -eq 0 ] || die "Run this as root: sudo $0"
[ -f "$release/release.json" ] || die "$release is not an unpacked release."
"$release/runtime/node" --version >/dev/null 2>&1 || die "This release is for another kind of machine than $(uname -m)."
command -v systemctl >/dev/null || die "systemd is needed."
program=$(field program)
version=$(field version)
[ -n "$program" ] && [ -n "$version" ] || die "$release/release.json is damaged."
home=/opt/$program

getent group "$program" >/dev/null || groupadd --system "$program"
getent passwd "$program" >/dev/null ||
  useradd --system --gid "$program" --home-dir "/var/lib/$program" --no-create-home --shell /usr/sbin/nologin "$program"
install -d -m 0700 -o "$program" -g "$program" "/var/lib/$program"

# A release is whole or not there: copied beside, synced, then renamed; the link is switched last.
target=$home/releases/$version
install -d -m 0755 "$home" "$home/releases"
rm -rf "$target.new" "$target.old"
cp -a "$release" "$target.new"
chown -R root:root "$target.new"
chmod -R go+rX,go-w "$target.new"
sync -f "$home"
[ ! -e "$target" ] || mv "$target" "$target.old"
mv "$target.new" "$target"
ln -sfn "releases/$version" "$home/current.new"
mv -T "$home/current.new" "$home/current"
sync -f "$home"
rm -rf "$target.old"

# The key that seals the agent's state, bound to this machine: to its TPM where there is one, else to systemd's host key.
# Where systemd cannot do that the agent keeps the key in a file of its own.
name=vigie-agent.state-key
unsealed() { systemd-creds decrypt --name="$name" "$1" - 2>/dev/null | tr -d '\n'; }
bind_state_key() {
  sealed=/etc/credstore.encrypted/$name
  file=/var/lib/vigie-agent/state.key
  [ -d /run/systemd/system ] && command -v systemd-creds >/dev/null || return 0
  if [ ! -f "$sealed" ]; then
    install -d -m 0700 /etc/credstore.encrypted
    if [ -f "$file" ]; then cat "$file"; else od -An -v -tx1 -N32 /dev/urandom | tr -d ' \n'; fi |
      systemd-creds encrypt --name="$name" - "$sealed.new" 2>/dev/null &&
      [ "$(unsealed "$sealed.new" | wc -c)" -eq 64 ] || { rm -f "$sealed.new"; return 0; }
    chmod 0600 "$sealed.new"
    mv "$sealed.new" "$sealed"
    sync -f "$sealed"
  fi
  install -d -m 0755 /etc/systemd/system/vigie-agent.service.d
  printf '[Service]\nLoadCredentialEncrypted=%s:%s\n' "$name" "$sealed" \
    >/etc/systemd/system/vigie-agent.service.d/state-key.conf
  # Another key than the one that was bound is not ours to destroy.
  if [ -f "$file" ] && [ "$(tr -d '\n' <"$file")" = "$(unsealed "$sealed")" ]; then shred -u "$file"; fi
}
[ "$program" != vigie-agent ] || bind_state_key
# What the server is told, also the password of a database, is for it and nobody else.
[ "$program" != vigie-server ] || install -d -m 0750 -o root -g vigie-server /etc/vigie-server

ln -sf "$home/current/bin/$program" "/usr/local/bin/$program"
install -m 0644 "$target/deploy/$program.service" "/etc/systemd/system/$program.service"
systemctl daemon-reload
systemctl enable "$program.service" >/dev/null 2>&1
# On a card that is being prepared systemd does not run; the service starts with the first boot.
if [ -d /run/systemd/system ]; then systemctl restart "$program.service"; fi

echo "$program $version is installed."
# The names of what is kept lie open in the state, its content is sealed.
is_enrolled() { grep -aqs identitycurrent "/var/lib/$program"/state.sqlite*; }
if [ "$program" = vigie-agent ] && is_enrolled; then
  echo "It keeps its identity and goes on. How it does: sudo -u vigie-agent vigie-agent doctor"
elif [ "$program" = vigie-agent ]; then
  cat <<'TEXT'
It waits for its claim code. Scan or type the claim that the fleet server gave:
  sudo -u vigie-agent vigie-agent enrol -     (paste the claim, Enter, Ctrl+D)
  sudo -u vigie-agent vigie-agent doctor
TEXT
else
  cat <<'TEXT'
The first administrator's password was made at the first start, and lies here until it is changed at the first sign-in:
  sudo cat /var/lib/vigie-server/first-administrator.txt
Its settings: /etc/vigie-server/environment
TEXT
fi
