#!/usr/bin/env bash
# yarn 1.22.22
# Expected: `yarn install --frozen-lockfile` fails where yarn.lock lacks what a package.json of the workspace asks for.
# Happens:  a list at the top is refused, but a member's is not: another release than the locked one is chosen and installed, the
#           exit code is 0, and yarn.lock stays as it is.
# Matters:  CI that freezes its lock tests, and ships, releases that nobody has locked; "locked" examples change from day to day.
# Upstream: https://github.com/yarnpkg/yarn/issues/6291
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts yarn@1.22.22
yarn() { node "$work/node_modules/yarn/bin/yarn.js" "$@" --ignore-scripts --non-interactive --no-progress --cache-folder "$work/cache"; }
list() { printf '{"name": "%s", "version": "1.0.0", "private": true, "dependencies": {"is-number": "%s"}}\n' "$1" "$2"; }

mkdir alone top top/member
(cd alone && list alone ^6.0.0 >package.json && yarn install >/dev/null 2>&1 && list alone ^7.0.0 >package.json)
cd top
printf '{"name": "top", "private": true, "workspaces": ["member"]}\n' >package.json
list member ^6.0.0 >member/package.json
yarn install >/dev/null 2>&1
list member ^7.0.0 >member/package.json
rm -rf node_modules
before=$(cat yarn.lock)

alone=0 && (cd ../alone && yarn install --frozen-lockfile >/dev/null 2>&1) || alone=$?
member=0 && yarn install --frozen-lockfile >/dev/null 2>&1 || member=$?
installed=$(node -p 'require("./node_modules/is-number/package.json").version')
locked=$(grep -m1 '  version ' yarn.lock | tr -d '"' | awk '{print $2}')
echo "a list at the top that its lock does not fit: exit $alone"
echo "a member's list that the lock does not fit: exit $member, locked $locked, installed $installed"
[ "$alone" -ne 0 ] && [ "$member" -eq 0 ] && [ "$installed" != "$locked" ] && [ "$(cat yarn.lock)" = "$before" ] ||
  { echo 'the behaviour has changed' >&2; exit 1; }
