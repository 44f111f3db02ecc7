#!/bin/sh
# The npm package http-build-query ('php's http_build_query'), beside PHP's own.
#
# Guess: it writes what PHP 8 writes.
# Seen:  http-build-query 0.8.1: ~ stays and null is written as an empty value, so a signature over it differs from PHP's in a name with ~ or a value that is absent.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts http-build-query@0.8.1
seen=$(node -e 'console.log(require("http-build-query")({ a: "~me", b: null, c: "x y" }))'
    php -r 'echo http_build_query(["a" => "~me", "b" => null, "c" => "x y"]), "\n";')
expected="a=~me&b=&c=x+y
a=%7Eme&c=x+y"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "changed; it was:"; echo "$expected"; exit 1; }
