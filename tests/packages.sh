#!/bin/sh
# Installs what tests/packages.txt lists when run as root; otherwise names exactly what is missing and fails.
set -eu
cd "$(dirname "$0")"
missing=$(grep -v '^#' packages.txt | while read -r package proof; do [ -e "$proof" ] || printf '%s ' "$package"; done)
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
echo "the tests need these Debian packages, which are not installed: $missing" >&2
echo "hint: sudo apt-get install --no-install-recommends $missing" >&2
exit 1
