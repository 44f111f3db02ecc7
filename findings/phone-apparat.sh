#!/bin/sh
# A German extension, read by phonenumbers (Google's rules).
#
# Guess: 'App. 12' (Apparat) is an extension like 'ext. 12', or the text is refused.
# Seen:  phonenumbers 9.0.43: the letters become the digits of a keypad, and the longer number counts as valid.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" install --quiet --disable-pip-version-check phonenumbers==9.0.43
seen=$("$folder/python/bin/python" - <<'PYTHON'
import phonenumbers
for text in ("030 901820 ext. 12", "030 901820 App. 12"):
    number = phonenumbers.parse(text, "DE")
    form = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    print(text, "->", form, number.extension, phonenumbers.is_valid_number(number))
PYTHON
)
expected="030 901820 ext. 12 -> +4930901820 12 True
030 901820 App. 12 -> +493090182027712 None True"
echo "$seen"
[ "$seen" = "$expected" ] || { echo "changed; it was:"; echo "$expected"; exit 1; }
