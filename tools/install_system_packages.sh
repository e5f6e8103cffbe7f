#!/bin/sh
# Install the system packages that some tests need, or say which are missing and how to get them.
# With CI=true a package that cannot be had is a failure: then no test may be skipped.
set -eu

missing=
for package in chromium firefox-esr xvfb xauth; do
    case $package in
        xvfb) program=xvfb-run ;;
        *) program=$package ;;
    esac
    command -v "$program" >/dev/null 2>&1 || missing="$missing $package"
done
ls /usr/lib/*/webkit2gtk-4.*/MiniBrowser >/dev/null 2>&1 || missing="$missing webkit2gtk-driver"
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing with apt-get:$missing"
    export DEBIAN_FRONTEND=noninteractive
    # shellcheck disable=SC2086  # a list of words
    if apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing >/dev/null; then
        exit 0
    fi
fi

echo "missing:$missing. Get them with: sudo apt-get install$missing"
if [ "${CI:-}" = true ]; then
    exit 1
fi
echo "The tests that need them are skipped, by name."
