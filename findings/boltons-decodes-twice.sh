#!/bin/sh
# A signed query that goes through boltons' URL and back.
#
# Guess: reading and writing a URL changes its spelling at most, not what its parameters mean.
# Seen:  boltons 26.2.0: to_text() leaves a percent sign as it is, so %2541 (the text %41) comes back as %41 (the letter A); to_text(full_quote=True) keeps it.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install --quiet --disable-pip-version-check boltons==26.2.0
seen=$("$folder/python/bin/python" - <<'PYTHON'
from urllib.parse import parse_qs, urlsplit
from boltons.urlutils import URL
url = URL("https://provider.example/activate?n=%2541")
for text in (url.to_text(), url.to_text(full_quote=True)):
    print(text, parse_qs(urlsplit(text).query))
PYTHON
)
expected="https://provider.example/activate?n=%41 {'n': ['A']}
https://provider.example/activate?n=%2541 {'n': ['%41']}"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "changed; it was:"; echo "$expected"; exit 1; }
