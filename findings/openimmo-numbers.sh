#!/bin/sh
# Ids, postal codes and phone numbers of OpenImmo, read by fast-xml-parser.
#
# Guess: elements are text; if anything becomes a number, then prices and areas, and leadingZeros: false protects the rest.
# Seen:  fast-xml-parser 5.12.1: the number 12E4 of an estate is 120000, 0x1F is 31, and +49… loses its sign; leadingZeros: false changes none of these.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts fast-xml-parser@5.12.1
cat > read.mjs <<'JS'
import { XMLParser } from "fast-xml-parser";
const xml = "<immobilie><plz>01067</plz><objektnr_extern>12E4</objektnr_extern>" +
  "<objektnr_intern>0x1F</objektnr_intern><tel_zentrale>+4930901820</tel_zentrale></immobilie>";
for (const options of [{}, { numberParseOptions: { leadingZeros: false } }, { parseTagValue: false }])
  console.log(JSON.stringify(new XMLParser(options).parse(xml).immobilie));
JS
seen=$(node read.mjs)
expected='{"plz":1067,"objektnr_extern":120000,"objektnr_intern":31,"tel_zentrale":4930901820}
{"plz":"01067","objektnr_extern":120000,"objektnr_intern":31,"tel_zentrale":4930901820}
{"plz":"01067","objektnr_extern":"12E4","objektnr_intern":"0x1F","tel_zentrale":"+4930901820"}'
echo "$seen"
[ "$seen" = "$expected" ] || { echo "changed; it was:"; echo "$expected"; exit 1; }
