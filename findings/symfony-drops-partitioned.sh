#!/bin/sh
# A Set-Cookie header with Partitioned, set on a response of Symfony 5.4 (http-foundation, as Debian 12 has it).
#
# Guess: a header that the page writes by itself is sent as it is written.
# Seen:  5.4.53: the header is taken apart into a cookie and written anew without Partitioned, without a word.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -q php-symfony-http-foundation php-symfony-polyfill-php80 > /dev/null 2>&1 \
    || apt-get download -q php-symfony-http-foundation > /dev/null
for package in *.deb; do dpkg-deb -x "$package" .; done
cat > page.php <<'PHP'
<?php
spl_autoload_register(function (string $class): void {
    $file = __DIR__ . '/usr/share/php/' . str_replace('\\', '/', $class) . '.php';
    is_file($file) && require $file;
});
$response = new Symfony\Component\HttpFoundation\Response('page');
$response->headers->set('Set-Cookie', 'session=1; Path=/; Secure; HttpOnly; SameSite=None; Partitioned');
foreach ($response->headers->getCookies() as $cookie) {
    echo $cookie, "\n";
}
PHP
seen=$(php page.php)
expected="session=1; path=/; secure; httponly; samesite=none"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "changed; it was:"; echo "$expected"; exit 1; }
