#!/bin/sh
# Names with umlauts in a SEPA credit transfer made by sepaxml.
#
# Guess: ü becomes ue, as German banks write it where they cannot write ü (ß becomes ss).
# Seen:  sepaxml 2.7.0: ü becomes u, so Müller and Muller are one name; the export validates.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install --quiet --disable-pip-version-check sepaxml==2.7.0
seen=$("$folder/python/bin/python" - <<'PYTHON'
import datetime, re
from sepaxml import SepaTransfer
account = {"IBAN": "DE89370400440532013000", "BIC": "COBADEFFXXX"}
transfer = SepaTransfer({"name": "Muster GmbH", "batch": True, "currency": "EUR"} | account, clean=True)
transfer.add_payment({"name": "Müller & Söhne, Große Straße", "amount": 100, "description": "Käufer",
                      "execution_date": datetime.date(2026, 12, 1)} | account)
xml = transfer.export(validate=True).decode()
print(re.findall("<Nm>(.*?)</Nm>", xml)[-1], "|", re.search("<Ustrd>(.*?)</Ustrd>", xml)[1])
PYTHON
)
expected="Muller &amp; Sohne, Grosse Strasse | Kaufer"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "changed; it was:"; echo "$expected"; exit 1; }
