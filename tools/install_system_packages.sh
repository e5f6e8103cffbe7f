#!/bin/sh
# Install the system packages that some tests need, or say which are missing and how to get them.
# With CI=true a package that cannot be had is a failure: then no test may be skipped.
set -eu

# Each package, and what is there when it is installed: a program, or a file.
missing=
while read -r package there; do
    # shellcheck disable=SC2086  # a pattern of files
    command -v "$there" >/dev/null 2>&1 || ls $there >/dev/null 2>&1 || missing="$missing $package"
done <<END
chromium chromium
firefox-esr firefox-esr
webkit2gtk-driver /usr/lib/*/webkit2gtk-4.*/MiniBrowser
xvfb xvfb-run
xauth xauth
nginx-light nginx
haproxy haproxy
apache2 apache2
caddy caddy
nodejs node
npm npm
puma puma
ruby-sinatra /usr/share/rubygems-integration/all/gems/sinatra-*
ruby-rack-cors /usr/lib/ruby/vendor_ruby/rack/cors.rb
ruby-rails /usr/share/rubygems-integration/all/gems/rails-*
php-cli php
php-laravel-framework /usr/share/php/Illuminate/Foundation
END
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
