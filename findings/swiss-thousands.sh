#!/bin/sh
# A Swiss amount as Java writes it (NumberFormat, de-CH, CLDR of Java 17), read by price-parser.
#
# Guess: an amount with the sign that Java writes between thousands is read, as the one with a plain apostrophe is.
# Seen:  price-parser 0.5.1: with U+2019 it is 1 franc, without a word; with the plain apostrophe it is right.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install --quiet --disable-pip-version-check price-parser==0.5.1
cat > "$folder/Amount.java" <<'JAVA'
class Amount {
    public static void main(String[] args) throws Exception {
        var format = java.text.NumberFormat.getCurrencyInstance(java.util.Locale.forLanguageTag("de-CH"));
        new java.io.PrintStream(System.out, true, "UTF-8").println(format.format(1200.5));
    }
}
JAVA
amount=$(java "$folder/Amount.java")
seen=$("$folder/python/bin/python" - "$amount" <<'PYTHON'
import sys
from price_parser import Price
for text in (sys.argv[1], sys.argv[1].replace("\u2019", "'")):
    print(ascii(text), "->", Price.fromstring(text).amount)
PYTHON
)
expected="'CHF\\xa01\\u2019200.50' -> 1
\"CHF\\xa01'200.50\" -> 1200.50"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "changed; it was:"; echo "$expected"; exit 1; }
