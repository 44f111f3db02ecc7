#!/bin/sh
# A German date without a year ('frei ab 01.12.'), read by dateparser with languages=['de'].
#
# Guess: the first of December of some year, or None.
# Seen:  dateparser 1.5.0: twelve minutes past one, of the day on which it is read. With the year it is right.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install --quiet --disable-pip-version-check dateparser==1.5.0
seen=$("$folder/python/bin/python" -W ignore - <<'PYTHON'
import datetime, dateparser
now = datetime.datetime(2026, 7, 15, 9, 30)
for text in ("01.12.2026", "01.12."):
    print(text, "->", dateparser.parse(text, languages=["de"], settings={"RELATIVE_BASE": now}))
PYTHON
)
expected="01.12.2026 -> 2026-12-01 00:00:00
01.12. -> 2026-07-15 01:12:00"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "changed; it was:"; echo "$expected"; exit 1; }
