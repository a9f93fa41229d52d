#!/bin/sh
# Installs what a list of packages names (tests/packages.txt when none is given) when run as root; otherwise names exactly
# what is missing and fails.
set -eu
list=${1:-$(dirname "$0")/packages.txt}
missing=$(grep -v '^#' "$list" | while read -r package proof; do [ -e "$proof" ] || printf '%s ' "$package"; done)
[ -n "$missing" ] || exit 0
if [ "$(id -u)" = 0 ]; then
    apt-get -qq update
    # The services that come along must not start: the suite runs its own.
    [ -e /usr/sbin/policy-rc.d ] || { printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d; chmod +x /usr/sbin/policy-rc.d; ours=1; }
    # shellcheck disable=SC2086
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends $missing
    [ -z "${ours:-}" ] || rm /usr/sbin/policy-rc.d
    exit 0
fi
echo "$list: these Debian packages are not installed: $missing" >&2
echo "hint: sudo apt-get install --no-install-recommends $missing" >&2
exit 1
