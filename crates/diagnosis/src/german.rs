//! The causes in German. Each name of the table has to be here, or nothing compiles.

use crate::Words;

const fn words(what: &'static str, mend: &'static str) -> Words {
    Words { what, mend }
}

pub(crate) const URL_WRAPPED: Words = words(
    "Um die URL herum steht noch etwas: Leerzeichen, Anführungszeichen, Klammern oder der Punkt eines Satzes.",
    "Nehmen Sie die URL allein, aus der Adresszeile oder dem Feld des Protokolls.",
);
pub(crate) const URL_BROKEN: Words = words(
    "Die URL ist zerteilt: In ihr steht ein Zeilenumbruch, ein Leerzeichen, ein weicher Trennstrich oder ein unsichtbares Zeichen.",
    "Kopieren Sie sie von dort, wo sie in einer Zeile steht.",
);
pub(crate) const URL_ESCAPED: Words = words(
    "Die URL stammt aus JSON oder einer Shell, wo `&` als `\\u0026` oder `\\&` und `/` als `\\/` geschrieben sein kann.",
    "Dekodieren Sie das JSON, oder nehmen Sie die URL aus der Adresszeile.",
);
pub(crate) const URL_MAILED: Words = words(
    "Die URL stammt aus dem Quelltext einer E-Mail, wo `=` als `=3D` steht.",
    "Nehmen Sie die URL aus der angezeigten E-Mail.",
);
pub(crate) const BODY_BOM: Words = words(
    "Der Text beginnt mit einer Bytereihenfolge-Markierung (BOM, EF BB BF), die JSON nicht kennt.",
    "Schreiben Sie UTF-8 ohne BOM.",
);
pub(crate) const BODY_UTF16: Words =
    words("Der Text ist UTF-16; JSON wird als UTF-8 gesendet.", "Schreiben Sie UTF-8.");
pub(crate) const BODY_COMPRESSED: Words = words(
    "Der Inhalt ist komprimiert; die API nimmt JSON unverändert.",
    "Senden Sie den Inhalt ohne Content-Encoding.",
);
pub(crate) const BODY_FORM: Words = words(
    "Der Inhalt ist ein Formular; die API nimmt JSON.",
    "Senden Sie den JSON-Text als Inhalt, mit Content-Type: application/json.",
);
pub(crate) const BODY_XML: Words =
    words("Der Inhalt ist XML oder HTML; die API nimmt JSON.", "Senden Sie JSON.");
pub(crate) const BODY_TWICE: Words = words(
    "Das JSON wurde zweimal kodiert: Der Inhalt ist ein Text, in dem JSON steht.",
    "Kodieren Sie einmal.",
);
pub(crate) const BODY_QUOTES: Words = words(
    "Die Anführungszeichen des Inhalts sind nicht die von JSON.",
    "Namen und Texte stehen in JSON zwischen `\"`.",
);
pub(crate) const SIGNATURE_LABELLED: Words = words(
    "Vor oder hinter der Signatur steht ein Wort, wie bei anderen Plattformen und Werkzeugen.",
    "Senden Sie nur die Ziffern.",
);
pub(crate) const SIGNATURE_REPR: Words = words(
    "Die Signatur ist so geschrieben, wie Python Bytes anzeigt: b'…'.",
    "Dekodieren Sie sie: .decode('ascii').",
);
pub(crate) const SIGNATURE_NONE: Words = words(
    "An ihrer Stelle steht keine Signatur, sondern eine nicht gesetzte Variable oder der Name eines Objekts.",
    "Prüfen Sie, was die Funktion zurückgibt und ob auf ihr Ergebnis gewartet wurde.",
);
pub(crate) const HTML_COPY: Words = words(
    "Die URL stammt aus HTML-Quelltext, wo `&` als `&amp;` geschrieben wird.",
    "Dekodieren Sie das Attribut vorher, oder nehmen Sie die URL aus der Adresszeile.",
);
pub(crate) const URL_ENCODED_AGAIN: Words = words(
    "Die ganze URL wurde unterwegs noch einmal prozentkodiert.",
    "Geben Sie die URL weiter, wie sie kam; kodieren Sie sie nur als Wert eines Parameters, und dekodieren Sie diesen wieder.",
);
pub(crate) const SIGNATURE_MISSING: Words = words(
    "Es gibt überhaupt keine Signatur.",
    "Setzen Sie die URL in der Shell in Anführungszeichen, sonst endet sie am ersten `&`. Eine Weiterleitung muss die Parameter behalten.",
);
pub(crate) const SIGNATURE_WRAPPED: Words = words(
    "Um die Signatur stehen Leerraum oder Anführungszeichen.",
    "Entfernen Sie beides bei allem, was aus Dateien und Befehlen gelesen wird.",
);
pub(crate) const SIGNATURE_ENCODED: Words = words(
    "Die Signatur wurde prozentkodiert und nicht wieder dekodiert.",
    "In JSON steht die Signatur unverändert.",
);
pub(crate) const SIGNATURE_PLUS: Words = words(
    "Das `+` von Base64 wurde zum Leerzeichen: Die Signatur ging unkodiert durch ein Formular.",
    "Senden Sie JSON, oder kodieren Sie `+` als %2B.",
);
pub(crate) const SIGNATURE_CUT: Words = words(
    "Die Signatur ist abgeschnitten.",
    "Suchen Sie eine Spalte, ein Feld oder eine Protokollzeile, die zu kurz ist.",
);
pub(crate) const PORT_ADDED: Words = words(
    "Es wurde ein Port signiert, den die URL nicht hat: der, auf dem das Programm hinter seinem Proxy lauscht.",
    "Nehmen Sie die Adresse aus der Konfiguration, wie sie registriert ist.",
);
pub(crate) const HOST_INNER: Words = words(
    "Es wurde die Adresse im inneren Netz signiert: Das Programm steht hinter einem Proxy und kennt die öffentliche nicht.",
    "Nehmen Sie die Adresse aus der Konfiguration, wie sie registriert ist.",
);
pub(crate) const HOST_OTHER: Words = words(
    "Es wurde ein anderer Name des Hosts signiert, etwa mit oder ohne `www.`.",
    "Registrieren und signieren Sie denselben Namen, und nehmen Sie ihn aus der Konfiguration.",
);
pub(crate) const ADDRESS_SEEN: Words = words(
    "Die Signatur ist für die registrierte Adresse richtig. Diese URL ist die, die das Programm hinter einem Proxy oder einer Rewrite-Regel sieht.",
    "Bilden Sie den Text mit der registrierten Adresse, nicht mit der der Anfrage.",
);
pub(crate) const PATH_SCRIPT: Words = words(
    "Der Name des Skripts wurde mit dem Pfad signiert oder weggelassen: Ein Front-Controller oder eine Rewrite-Regel antwortet.",
    "Signieren Sie den Pfad der registrierten Adresse.",
);
pub(crate) const PATH_FOLDER: Words = words(
    "Im Pfad steht ein Ordner des Servers.",
    "Signieren Sie den Pfad der registrierten Adresse.",
);
pub(crate) const PATH_CUT: Words =
    words("Das Ende des Pfads fehlt.", "Signieren Sie den ganzen Pfad.");
pub(crate) const PATH_DOUBLED: Words = words(
    "Ein Teil des Pfads steht zweimal darin.",
    "Fügen Sie Basisadresse und Pfad nur einmal zusammen.",
);
pub(crate) const PATH_SLASHES: Words = words(
    "Im Pfad steht ein Schrägstrich zu viel oder zu wenig.",
    "Verbinden Sie Basisadresse und Pfad mit einem Schrägstrich.",
);
pub(crate) const PATH_OTHER: Words = words(
    "Es wurde der Pfad einer anderen registrierten Adresse signiert.",
    "Signieren Sie den Pfad der aufgerufenen Adresse.",
);
pub(crate) const PATH_ENCODED: Words = words(
    "Der Pfad wurde anders prozentkodiert, als er registriert ist.",
    "Signieren Sie den Pfad genau so, wie er registriert ist.",
);
pub(crate) const URL_ENCODED_FIRST: Words = words(
    "Die ganze URL wurde vor dem Signieren prozentkodiert.",
    "Kodieren Sie nur Namen und Werte.",
);
pub(crate) const SCHEME_FOREIGN: Words = words(
    "Der Text ist zusammengesetzt wie bei einer anderen Plattform: mit Methode, Zeit oder Zeilen, oder aus aneinandergehängten Namen und Werten.",
    "URLs: `scheme://host/path?` und die sortierten Parameter. Bestellungen: die sortierten Parameter. API-Aufrufe: timestamp, token, resourcetype, actionid.",
);
pub(crate) const VALUES_ONLY: Words = words(
    "Nur die Werte wurden signiert, ohne ihre Namen.",
    "Schreiben Sie name=wert und verbinden Sie mit `&`.",
);
pub(crate) const SCHEME: Words = words(
    "Es wurde das andere von http und https signiert: Das Programm steht hinter einem Proxy, der TLS beendet.",
    "Nehmen Sie das Schema aus der konfigurierten öffentlichen Adresse, nicht aus der Verbindung.",
);
pub(crate) const PORT_DEFAULT: Words = words(
    "Der Standardport wurde ausgeschrieben (`:443`, `:80`).",
    "Bilden Sie den Text aus Schema, Hostname und Pfad.",
);
pub(crate) const LOGIN_KEPT: Words = words(
    "Benutzername und Passwort der URL wurden mitsigniert.",
    "Lassen Sie alles zwischen `//` und `@` weg.",
);
pub(crate) const FRAGMENT_KEPT: Words =
    words("Das Fragment (`#…`) wurde mitsigniert.", "Schneiden Sie die URL bei `#` ab.");
pub(crate) const HOST_CASE: Words = words(
    "Die Groß- und Kleinschreibung des Hosts wurde geändert; er wird signiert, wie er registriert ist.",
    "Nehmen Sie den Host aus der konfigurierten Adresse, wie sie registriert wurde.",
);
pub(crate) const PATH_SLASH: Words = words(
    "Am Ende des Pfads wurde ein Schrägstrich ergänzt oder entfernt.",
    "Signieren Sie den Pfad genau so, wie er registriert ist.",
);
pub(crate) const PATH_NORMALISED: Words = words(
    "Der Pfad wurde normalisiert: Leere Teile oder Punkte wurden aufgelöst.",
    "Signieren Sie den Pfad genau so, wie er in der URL steht.",
);
pub(crate) const PATH_DECODED: Words = words(
    "Der Pfad wurde prozentdekodiert; er wird signiert, wie er dasteht.",
    "Verwenden Sie den rohen Pfad.",
);
pub(crate) const PATH_CASE: Words = words(
    "Der Pfad wurde kleingeschrieben.",
    "Signieren Sie den Pfad genau so, wie er in der URL steht.",
);
pub(crate) const PATH_MISSING: Words =
    words("Der Pfad wurde weggelassen.", "Signieren Sie Schema, Host und Pfad.");
pub(crate) const PATH_ROOT: Words = words(
    "Es wurde ein `/` ergänzt, wo die registrierte URL keinen Pfad hat.",
    "Registrieren Sie die URL mit ihrem `/`, damit alle Programme übereinstimmen.",
);
pub(crate) const PATH_PREFIX: Words = words(
    "Der Anfang des Pfads fehlt: Ein Proxy oder eine eingehängte Anwendung verbirgt ihn.",
    "Verwenden Sie den öffentlichen Pfad der konfigurierten Adresse.",
);
pub(crate) const BASE_NONE: Words = words(
    "Nur die Parameter wurden signiert, ohne die Adresse davor.",
    "Signieren Sie `scheme://host/path?` und dann die Parameter.",
);
pub(crate) const BASE_PATH: Words = words(
    "Pfad und Parameter wurden signiert, ohne Schema und Host.",
    "Signieren Sie `scheme://host/path?` und dann die Parameter.",
);
pub(crate) const BASE_NO_SCHEME: Words = words(
    "Das Schema wurde weggelassen.",
    "Signieren Sie `scheme://host/path?` und dann die Parameter.",
);
pub(crate) const BASE_NO_MARK: Words = words(
    "Das `?` zwischen Adresse und Parametern fehlt.",
    "Verbinden Sie Adresse und Parameter mit `?`.",
);
pub(crate) const BASE_NO_QUERY: Words = words(
    "Nur die Adresse wurde signiert, ohne die Parameter.",
    "Hängen Sie `?` und die sortierten Parameter an.",
);
pub(crate) const ADDRESS_BEFORE: Words = words(
    "Vor den Parametern steht die Callback-Adresse wie bei signierten URLs; Bestellungen haben keine.",
    "Signieren Sie nur die Parameter aus den Feldern der Bestellung.",
);
pub(crate) const QUESTION_MARK: Words = words(
    "Vor den Parametern steht ein `?`; Bestellungen haben keines.",
    "Signieren Sie nur die Parameter.",
);
pub(crate) const READ_RAW: Words = words(
    "Die Parameter wurden sortiert, wie sie kamen, ohne sie zu dekodieren und neu zu kodieren.",
    "Dekodieren Sie Namen und Werte, und kodieren Sie sie nach den Regeln für Formulare.",
);
pub(crate) const READ_PLUS: Words = words(
    "`+` wurde nicht als Leerzeichen gelesen.",
    "Dekodieren Sie nach den Regeln für Formulare.",
);
pub(crate) const READ_NOT: Words = words(
    "Die Werte wurden kodiert, obwohl sie nicht dekodiert waren.",
    "Dekodieren Sie zuerst, oder kodieren Sie nicht.",
);
pub(crate) const READ_TWICE: Words = words(
    "Die Werte wurden zweimal dekodiert.",
    "Das Framework dekodiert bereits; dekodieren Sie nicht noch einmal.",
);
pub(crate) const READ_JOINED: Words = words(
    "Die Werte eines mehrfachen Parameters wurden mit Kommas verbunden; es zählt der letzte.",
    "Lassen Sie wie PHP den letzten gelten, oder lehnen Sie mehrfache Parameter ab.",
);
pub(crate) const CHARSET_MISREAD: Words = words(
    "UTF-8 wurde als Latin-1 oder Windows-1252 gelesen: Aus `ü` wurde `Ã¼`.",
    "Lesen und schreiben Sie überall UTF-8.",
);
pub(crate) const CHARSET_LATIN1: Words = words(
    "Buchstaben außerhalb von ASCII wurden in Latin-1 oder Windows-1252 signiert: `ü` als %FC.",
    "Signieren Sie die Bytes von UTF-8: %C3%BC.",
);
pub(crate) const CHARSET_LOST: Words = words(
    "Buchstaben außerhalb von ASCII gingen verloren: Sie wurden zu `?`, U+FFFD, anderen Buchstaben oder nichts.",
    "Lesen und schreiben Sie überall UTF-8.",
);
pub(crate) const UNICODE_FORM: Words = words(
    "Buchstaben wurden zusammengesetzt oder zerlegt: `ü` ist ein Zeichen, oder `u` mit Punkten.",
    "Signieren Sie den Text, wie er kam, ohne ihn zu normalisieren.",
);
pub(crate) const ABSENT_SIGNED: Words = words(
    "Ein Parameter, der nicht kam oder leer ist, wurde als Wort der Programmiersprache oder als leerer Text signiert.",
    "Signieren Sie, was kam: Fehlende Parameter bleiben weg, leere bleiben als `name=`.",
);
pub(crate) const ROUTER_PARAMETER: Words = words(
    "Eine Rewrite-Regel oder ein Router hat einen Parameter mit dem Pfad ergänzt, und er wurde mitsigniert.",
    "Signieren Sie die Parameter, wie sie kamen: die rohen Parameter der Anfrage.",
);
pub(crate) const FALSY_LEFT_OUT: Words = words(
    "Leere Texte, 0 und false wurden weggelassen; weg bleibt nur `null`.",
    "Lassen Sie `null` sowie leere Listen und Objekte weg und sonst nichts.",
);
pub(crate) const VALUES_TRIMMED: Words = words(
    "Leerzeichen an den Enden von Werten wurden entfernt.",
    "Signieren Sie die Werte, wie sie kamen.",
);
pub(crate) const VALUES_SANITISED: Words = words(
    "Werte wurden bereinigt: Tags, Prozentzeichen mit Ziffern oder Leerzeichen wurden entfernt.",
    "Signieren Sie die Werte, wie sie kamen, und bereinigen Sie sie danach.",
);
pub(crate) const VALUES_BACKSLASHES: Words = words(
    "In den Werten stehen Backslashes vor Anführungszeichen, oder sie wurden entfernt.",
    "Signieren Sie die Werte, wie sie kamen.",
);
pub(crate) const VALUES_LISTS: Words = words(
    "Jeder Wert wurde als Liste mit einem Eintrag signiert: `['…']`.",
    "Nehmen Sie den einen Wert jedes Namens.",
);
pub(crate) const VALUES_JSON: Words = words(
    "Jeder Wert wurde als JSON signiert, mit Anführungszeichen.",
    "Signieren Sie die Werte selbst.",
);
pub(crate) const VALUES_SMALL: Words =
    words("Ein Wert wurde in Kleinbuchstaben signiert.", "Signieren Sie die Werte, wie sie kamen.");
pub(crate) const HTML_ESCAPED: Words = words(
    "Werte wurden vor dem Signieren für HTML maskiert: `&` als `&amp;`, Anführungszeichen als `&#039;`.",
    "Signieren Sie die Werte, wie sie kamen; maskieren Sie erst beim Anzeigen.",
);
pub(crate) const NUMBERS_CONVERTED: Words = words(
    "Ein Wert wurde in eine Zahl verwandelt und zurück: 007 wurde 7, 1.50 wurde 1.5, 21 wurde 21.0.",
    "Signieren Sie die Werte als Texte, wie sie kamen.",
);
pub(crate) const NUMBERS_FLOAT: Words = words(
    "Ganze Zahlen wurden als Kommazahlen signiert: 35 als 35.0.",
    "Senden Sie Preise und Mengen als Texte, und signieren Sie diese.",
);
pub(crate) const NUMBERS_COMMA: Words = words(
    "Zahlen wurden in der Schreibweise eines Landes signiert: 38,70 oder 1,234.50.",
    "Signieren Sie genau den Text, der gesendet wird.",
);
pub(crate) const ZERO_EMPTY: Words = words(
    "0, false oder `null` wurde als leerer Text signiert oder weggelassen.",
    "Schreiben Sie 0 als 0 und false als 0; lassen Sie nur `null` weg.",
);
pub(crate) const SORTED_NATURAL: Words = words(
    "Ziffern in Namen wurden nach ihrem Wert sortiert: a9 vor a10.",
    "Vergleichen Sie Bytes.",
);
pub(crate) const SORTED_DIGITS: Words = words(
    "Namen aus Ziffern wurden nach Bytes sortiert; PHP sortiert sie als Zahlen vor allen anderen: 9 vor 10.",
    "Wählen Sie für eigene Parameter Wörter.",
);
pub(crate) const READ_FIRST: Words = words(
    "Von einem mehrfachen Parameter wurde der erste Wert signiert; es zählt der letzte.",
    "Lassen Sie wie PHP den letzten gelten, oder lehnen Sie mehrfache Parameter ab.",
);
pub(crate) const READ_NAMES: Words = words(
    "Namen wurden signiert, wie sie geschrieben sind, oder mehrfache Parameter blieben alle stehen; PHP macht aus Punkten und Leerzeichen `_` und aus Klammern Listen.",
    "Wählen Sie eigene Parameter ohne Punkte, Leerzeichen, Klammern und Wiederholungen.",
);
pub(crate) const SIGNATURE_SIGNED: Words =
    words("`signature` selbst wurde mitsigniert.", "Entfernen Sie es vor dem Sortieren.");
pub(crate) const SIGNATURE_BLANK: Words =
    words("`signature` wurde geleert statt entfernt.", "Entfernen Sie das ganze Paar.");
pub(crate) const ADDED_LATER: Words = words(
    "Alles passt, wenn etwas wegbleibt: Es wurde nach dem Signieren ergänzt oder beim Signieren vergessen.",
    "Signieren Sie zuletzt. Ergänzt ein Proxy oder ein Tracker Parameter, so stellen Sie das ab.",
);
pub(crate) const TIME_LEFT_OUT: Words =
    words("`timestamp` wurde nicht mitsigniert.", "Setzen Sie den Zeitstempel vor dem Signieren.");
pub(crate) const EMPTY_LEFT_OUT: Words = words(
    "Felder mit leerem Wert wurden weggelassen; sie bleiben als `name=`.",
    "Behalten Sie leere Werte; nur `null` bleibt weg.",
);
pub(crate) const SORTED_NOT: Words = words(
    "Die Parameter wurden nicht sortiert.",
    "Sortieren Sie nach Namen, nach Bytes, aufsteigend.",
);
pub(crate) const SORTED_TOP_ONLY: Words = words(
    "Nur die äußeren Felder wurden sortiert; verschachtelte Objekte müssen ebenfalls sortiert werden.",
    "Sortieren Sie jedes Objekt in jeder Tiefe; Listen behalten ihre Reihenfolge.",
);
pub(crate) const SORTED_CASELESS: Words = words(
    "Die Namen wurden ohne Rücksicht auf Groß- und Kleinschreibung sortiert; Großbuchstaben kommen zuerst.",
    "Vergleichen Sie Bytes.",
);
pub(crate) const SORTED_LOCALE: Words =
    words("Die Namen wurden nach den Regeln einer Sprache sortiert.", "Vergleichen Sie Bytes.");
pub(crate) const SORTED_BACKWARDS: Words =
    words("Die Namen wurden absteigend sortiert.", "Sortieren Sie aufsteigend.");
pub(crate) const SORTED_PAIRS: Words = words(
    "Ganze Paare wurden sortiert, mit `=` und Wert; das ist anders, wo ein Name der Anfang eines anderen ist.",
    "Sortieren Sie nach Namen.",
);
pub(crate) const SORTED_VALUES: Words =
    words("Die Parameter wurden nach ihrem Wert sortiert.", "Sortieren Sie nach Namen.");
pub(crate) const SORTED_LISTS: Words = words(
    "Die Indizes einer Liste wurden als Texte sortiert: 10 vor 2.",
    "Listen behalten ihre Reihenfolge.",
);
pub(crate) const NULLS_KEPT: Words = words(
    "Felder mit `null` wurden signiert; sie bleiben weg.",
    "Lassen Sie `null` weg, oder senden Sie einen leeren Text.",
);
pub(crate) const EMPTIES_KEPT: Words = words(
    "Leere Listen oder Objekte wurden signiert; sie bleiben weg.",
    "Lassen Sie leere Listen und Objekte weg.",
);
pub(crate) const BOOLEANS_WORDS: Words =
    words("Wahrheitswerte wurden anders geschrieben; sie sind 1 und 0.", "Schreiben Sie 1 und 0.");
pub(crate) const NUMBERS_PLACES: Words = words(
    "Eine Zahl wurde mit ihren Nachkommastellen signiert, die in JSON wegfallen: 38.70 kommt als 38.7 an.",
    "Senden Sie Preise als Texte.",
);
pub(crate) const NUMBERS_SHORT: Words = words(
    "Ein Preis, der als Text gesendet wird, wurde als Zahl signiert, ohne seine letzte 0.",
    "Signieren Sie genau den Text, der gesendet wird.",
);
pub(crate) const SLASHES: Words = words(
    "Die Schrägstriche wurden mit ihrem Backslash aus JSON signiert.",
    "Signieren Sie die Werte, nicht ihr JSON.",
);
pub(crate) const UNICODE: Words = words(
    "Buchstaben außerhalb von ASCII wurden als \\u-Folgen aus JSON signiert.",
    "Signieren Sie die Werte, nicht ihr JSON.",
);
pub(crate) const NESTED_PLAIN: Words = words(
    "Die Klammern verschachtelter Namen wurden nicht kodiert; sie sind %5B und %5D.",
    "Kodieren Sie den ganzen Namen samt Klammern.",
);
pub(crate) const NESTED_NO_INDEX: Words = words(
    "Listen hießen `name[]`; sie brauchen ihren Index.",
    "Schreiben Sie name[0], name[1] und so weiter.",
);
pub(crate) const NESTED_FROM_ONE: Words = words("Listen wurden ab 1 gezählt.", "Zählen Sie ab 0.");
pub(crate) const NESTED_DOTS: Words =
    words("Verschachtelte Namen wurden mit Punkten verbunden.", "Schreiben Sie name[feld].");
pub(crate) const NESTED_JSON: Words = words(
    "Ein verschachteltes Feld wurde als sein JSON signiert.",
    "Schreiben Sie ein Paar für jeden einzelnen Wert, mit dem Namen name[feld].",
);
pub(crate) const NESTED_OBJECT: Words = words(
    "Ein verschachteltes Feld wurde als `[object Object]` signiert.",
    "Schreiben Sie ein Paar für jeden einzelnen Wert, mit dem Namen name[feld].",
);
pub(crate) const NESTED_LEFT_OUT: Words = words(
    "Verschachtelte Felder wurden nicht signiert.",
    "Schreiben Sie ein Paar für jeden einzelnen Wert, mit dem Namen name[feld].",
);
pub(crate) const ENCODED_COMPONENT: Words = words(
    "`encodeURIComponent` lässt `! ' ( ) * ~` stehen und schreibt ein Leerzeichen als %20.",
    "URLs: %21 %27 %28 %29 %2A %7E und `+`. Bestellungen: dasselbe mit %20 und `~`.",
);
pub(crate) const ENCODED_FORM: Words = words(
    "Die Formularkodierung von Browsern, Java und Ruby lässt `*` stehen.",
    "Ersetzen Sie danach `*` durch %2A; in Bestellungen auch `+` durch %20 und %7E durch `~`.",
);
pub(crate) const ENCODED_3986: Words = words(
    "Es wurde RFC 3986 verwendet wie für Bestellungen; URLs brauchen RFC 1738: Ein Leerzeichen ist `+`, `~` ist %7E.",
    "Verwenden Sie für URLs die Formularkodierung.",
);
pub(crate) const ENCODED_GO: Words = words(
    "Die Kodierung stimmt bis auf `~`, oder bis auf das Leerzeichen als `+` in Bestellungen.",
    "URLs: Ersetzen Sie danach `~` durch %7E. Bestellungen: Ersetzen Sie `+` durch %20.",
);
pub(crate) const ENCODED_BUILDER: Words = words(
    "Ein Werkzeug für URLs lässt Zeichen wie `, : ; ! $ ( ) * / ? @ [ ]` in Werten stehen.",
    "Verwenden Sie die Formularkodierung: Alles außer Buchstaben, Ziffern und `- _ .` wird kodiert.",
);
pub(crate) const ENCODED_DOTNET: Words = words(
    "Der Kodierer von .NET lässt `( ) ! *` stehen, und HttpUtility schreibt nach `%` kleine Ziffern.",
    "Kodieren Sie ( ) ! * als %28 %29 %21 %2A und schreiben Sie %C3 statt %c3; in Bestellungen auch %20 statt `+` und `~` statt %7E.",
);
pub(crate) const ENCODED_SPACE: Words = words(
    "Die Kodierung stimmt bis auf das Leerzeichen als %20, oder bis auf `~` als %7E in Bestellungen.",
    "URLs: Ein Leerzeichen ist `+`. Bestellungen: `~` bleibt.",
);
pub(crate) const ENCODED_ESCAPE: Words = words(
    "Es wurde das alte `escape` von JavaScript verwendet: `ü` ist %FC, `€` ist %u20AC, `+ / @ *` bleiben.",
    "Verwenden Sie die Formularkodierung in UTF-8.",
);
pub(crate) const NAMES_RAW: Words = words(
    "Die Namen wurden nicht kodiert, nur die Werte.",
    "Kodieren Sie auch die Namen: Klammern sind %5B und %5D.",
);
pub(crate) const EQUALS_LEFT_OUT: Words =
    words("Leere Werte wurden ohne ihr `=` geschrieben.", "Schreiben Sie `name=`.");
pub(crate) const ENCODED_NOT: Words = words(
    "Die Werte wurden nicht kodiert.",
    "Kodieren Sie Namen und Werte, bevor Sie sie verbinden.",
);
pub(crate) const ENCODED_SMALL: Words = words(
    "Die Ziffern nach `%` sind Kleinbuchstaben; sie werden großgeschrieben.",
    "Schreiben Sie %C3, nicht %c3.",
);
pub(crate) const ENCODED_TWICE: Words = words(
    "Die Werte wurden zweimal kodiert: Aus %20 wurde %2520.",
    "Kodieren Sie einmal; http_build_query und URLSearchParams kodieren bereits.",
);
pub(crate) const ENCODED_SLASH: Words =
    words("`/` wurde nicht kodiert, und ein Leerzeichen wurde %20.", "Kodieren Sie `/` als %2F.");
pub(crate) const ENCODED_URI: Words = words(
    "`encodeURI` ist für ganze Adressen gedacht und lässt `& = + / :` stehen.",
    "Kodieren Sie jeden Namen und jeden Wert.",
);
pub(crate) const ORDER_1738: Words = words(
    "Es wurde RFC 1738 verwendet wie für URLs; Bestellungen brauchen RFC 3986: Ein Leerzeichen ist %20, `~` bleibt.",
    "Verwenden Sie für Bestellungen RFC 3986.",
);
pub(crate) const JSON_SIGNED: Words = words(
    "Das JSON wurde signiert, nicht die Parameter aus seinen Feldern.",
    "Bilden Sie die sortierten Parameter, und signieren Sie diese.",
);
pub(crate) const JOINED_HTML: Words =
    words("Die Paare wurden mit `&amp;` verbunden.", "Verbinden Sie mit `&`.");
pub(crate) const JOINED_OTHERWISE: Words = words(
    "Die Paare wurden mit einem anderen Zeichen verbunden.",
    "Schreiben Sie name=wert und verbinden Sie mit `&`.",
);
pub(crate) const JOINED_NOT: Words = words(
    "Zwischen den Paaren steht nichts.",
    "Schreiben Sie name=wert und verbinden Sie mit `&`.",
);
pub(crate) const TEXT_NEWLINE: Words = words(
    "Auf den signierten Text folgt ein Zeilenumbruch.",
    "Signieren Sie ohne Zeilenumbruch am Ende.",
);
pub(crate) const TEXT_PADDED: Words = words(
    "Vor oder hinter dem signierten Text steht ein Leerzeichen oder ein unsichtbares Zeichen.",
    "Signieren Sie nur den Text.",
);
pub(crate) const TEXT_QUOTED: Words = words(
    "Der Text wurde mit Anführungszeichen signiert.",
    "Signieren Sie den Text selbst, nicht sein JSON oder sein repr().",
);
pub(crate) const TEXT_CAPITAL: Words =
    words("Der ganze Text wurde großgeschrieben.", "Signieren Sie den Text, wie er ist.");
pub(crate) const TEXT_UTF16: Words =
    words("Der Text wurde in UTF-16 signiert.", "Signieren Sie die Bytes von UTF-8.");
pub(crate) const TEXT_ENCODED: Words = words(
    "Der ganze Text wurde vor dem Signieren kodiert: Base64, hexadezimal oder Prozentzeichen.",
    "Signieren Sie den Text selbst.",
);
pub(crate) const TEXT_AMP: Words =
    words("Auf das letzte Paar folgt ein `&`.", "Verbinden Sie, statt anzuhängen.");
pub(crate) const TEXT_SMALL: Words =
    words("Der ganze Text wurde kleingeschrieben.", "Signieren Sie den Text, wie er ist.");
pub(crate) const PIECES_ORDER: Words = words(
    "Die Teile wurden in anderer Reihenfolge verbunden.",
    "timestamp, token, resourcetype, actionid.",
);
pub(crate) const PIECES_SEPARATED: Words = words(
    "Zwischen den Teilen steht etwas.",
    "Verbinden Sie timestamp, token, resourcetype und actionid ohne etwas dazwischen.",
);
pub(crate) const PIECES_LABELLED: Words =
    words("Die Namen der Felder wurden mitsigniert.", "Verbinden Sie nur die Werte.");
pub(crate) const PIECES_MORE: Words = words(
    "Es wurde mehr signiert als die vier Teile: eine resourceid, ein identifier oder die Parameter.",
    "timestamp, token, resourcetype, actionid und sonst nichts.",
);
pub(crate) const PIECE_MISSING: Words =
    words("Einer der Teile wurde nicht signiert.", "timestamp, token, resourcetype, actionid.");
pub(crate) const PIECE_UNSET: Words = words(
    "Einer der Teile war eine nicht gesetzte Variable, die zu Text wurde.",
    "Signieren Sie nicht, wenn ein Teil keinen Wert hat.",
);
pub(crate) const PIECE_PLACEHOLDER: Words = words(
    "Es wurde ein Platzhalter signiert, für den nichts eingesetzt wurde.",
    "Fragen Sie im Skript nach dem Wert; eine Vorlage wird erst danach ausgefüllt.",
);
pub(crate) const PIECE_PADDED: Words = words(
    "Um einen der Teile stehen ein Leerzeichen, ein Zeilenumbruch oder Anführungszeichen.",
    "Entfernen Sie das, bevor gesendet und signiert wird.",
);
pub(crate) const TOKEN_CASE: Words = words(
    "Das Token wurde in anderer Groß- und Kleinschreibung signiert, als es gesendet wird.",
    "Signieren Sie genau, was gesendet wird.",
);
pub(crate) const TIME_FRACTION: Words = words(
    "Der Zeitstempel wurde mit Bruchteilen einer Sekunde signiert.",
    "Runden Sie einmal auf ganze Sekunden ab; senden und signieren Sie denselben Wert.",
);
pub(crate) const ACTION_SHORT: Words = words(
    "Die Aktion wurde nicht so signiert, wie sie gesendet wird; es ist die ganze URN.",
    "Signieren Sie urn:onoffice-de-ns:smart:2.5:smartml:action:… vollständig.",
);
pub(crate) const TYPE_CASE: Words = words(
    "Der resourcetype wurde in anderer Groß- und Kleinschreibung signiert, als er gesendet wird.",
    "Signieren Sie genau, was gesendet wird; Groß- und Kleinschreibung zählt.",
);
pub(crate) const KEY_IN_TEXT: Words = words(
    "Der Schlüssel wurde mitsigniert wie bei HMAC-Version 1.",
    "Der Schlüssel ist nur der Schlüssel des HMAC.",
);
pub(crate) const TOKEN_IS_KEY: Words = words(
    "Wo das Token hingehört, steht der Schlüssel.",
    "Signieren Sie das Token; der Schlüssel ist der Schlüssel des HMAC.",
);
pub(crate) const TIME_MILLIS: Words = words(
    "Der Zeitstempel ist in Millisekunden; er muss in Sekunden sein.",
    "Teilen Sie durch 1000, und runden Sie ab.",
);
pub(crate) const TIME_TWICE: Words = words(
    "Die Uhr wurde zweimal gelesen: Es wurde eine andere Sekunde signiert als gesendet.",
    "Lesen Sie die Uhr einmal, und signieren Sie jeden Versuch neu.",
);
pub(crate) const TIME_ZONE: Words = words(
    "Der Zeitstempel weicht um ganze Stunden ab: Ortszeit wurde für UTC gehalten.",
    "Unix-Sekunden kennen keine Zeitzone.",
);
pub(crate) const TIME_OFF: Words = words(
    "Der Zeitstempel weicht mehr als 120 s von jetzt ab.",
    "Stellen Sie die Uhr der Maschine per NTP, und signieren Sie direkt vor dem Senden.",
);
pub(crate) const TIME_TEXT: Words = words(
    "Der Zeitstempel ist keine ganze Zahl von Unix-Sekunden.",
    "Schreiben Sie ganze Sekunden als Dezimalziffern.",
);
pub(crate) const KEY_OTHER: Words = words(
    "Es wurde ein anderes der angegebenen Secrets verwendet.",
    "Das Anbietersecret signiert URLs, Bestellungen und Nachrichten; der API-Schlüssel signiert API-Aufrufe.",
);
pub(crate) const KEY_TOKEN: Words = words(
    "Das API-Token wurde als Schlüssel verwendet.",
    "Das Token ist ein Name. Nehmen Sie für URLs das Anbietersecret, für API-Aufrufe den API-Schlüssel.",
);
pub(crate) const SWAPPED: Words = words(
    "Token und Schlüssel sind vertauscht.",
    "Das Token hat 32 Zeichen und kommt in der URL; der Schlüssel hat 64 und wird von Hand eingefügt.",
);
pub(crate) const KEY_LENGTH: Words = words(
    "Der Schlüssel hat nicht die 64 Zeichen eines API-Schlüssels.",
    "Kopieren Sie den ganzen Schlüssel. Das Anbietersecret ist nicht der API-Schlüssel.",
);
pub(crate) const KEY_NEWLINE: Words = words(
    "Das Secret wurde mit dem Zeilenumbruch an seinem Ende verwendet.",
    "Entfernen Sie ihn bei allem, was aus Dateien oder Variablen gelesen wird.",
);
pub(crate) const KEY_SPACE: Words = words(
    "Das Secret wurde mit oder ohne den Leerraum darum verwendet.",
    "Entfernen Sie ihn einmal, dort, wo das Secret ins Programm kommt.",
);
pub(crate) const KEY_VALUE: Words = words(
    "Ein anderer Wert der Eingabe wurde als Schlüssel verwendet.",
    "Das Anbietersecret signiert URLs, Bestellungen und Nachrichten; der API-Schlüssel signiert API-Aufrufe.",
);
pub(crate) const KEY_UNSET: Words = words(
    "Der Schlüssel war das Wort für eine nicht gesetzte Variable.",
    "Starten Sie nicht ohne das Secret.",
);
pub(crate) const KEY_INVISIBLE: Words = words(
    "Vor oder hinter dem Secret steht ein unsichtbares Zeichen.",
    "Entfernen Sie BOM und Zeichen ohne Breite dort, wo das Secret ins Programm kommt.",
);
pub(crate) const KEY_NAMED: Words = words(
    "Die ganze Zeile NAME=wert wurde als Schlüssel verwendet.",
    "Verwenden Sie, was nach dem `=` steht.",
);
pub(crate) const KEY_PLACEHOLDER: Words = words(
    "Ein Platzhalter wurde als Schlüssel verwendet, für den nichts eingesetzt wurde.",
    "Lesen Sie den Wert vor dem Signieren.",
);
pub(crate) const KEY_UTF16: Words =
    words("Das Secret wurde in UTF-16 verwendet.", "Verwenden Sie die Bytes von UTF-8.");
pub(crate) const KEY_CUT: Words = words(
    "Nur ein Teil des Secrets wurde verwendet.",
    "Kopieren Sie das ganze Secret; suchen Sie ein Feld oder eine Spalte, die zu kurz ist.",
);
pub(crate) const KEY_AMPERSAND: Words = words(
    "An den Schlüssel wurde ein `&` angehängt wie bei OAuth 1.",
    "Verwenden Sie nur das Secret.",
);
pub(crate) const KEY_HEX: Words = words(
    "Das Secret wurde hexadezimal dekodiert; seine Zeichen selbst sind der Schlüssel.",
    "Verwenden Sie den Text, wie er ist.",
);
pub(crate) const KEY_BASE64: Words = words(
    "Das Secret wurde als Base64 dekodiert; seine Zeichen selbst sind der Schlüssel.",
    "Verwenden Sie den Text, wie er ist.",
);
pub(crate) const KEY_ENCODED: Words =
    words("Das Secret wurde vor der Verwendung kodiert.", "Verwenden Sie den Text, wie er ist.");
pub(crate) const KEY_CASE: Words = words(
    "Das Secret wurde in Groß- oder Kleinbuchstaben verwendet.",
    "Verwenden Sie den Text, wie er ist.",
);
pub(crate) const KEY_HASHED: Words = words(
    "Ein Hash des Secrets wurde als Schlüssel verwendet.",
    "Verwenden Sie den Text, wie er ist.",
);
pub(crate) const KEY_EMPTY: Words = words(
    "Der Schlüssel war leer: Die Variable mit dem Secret war nicht gesetzt.",
    "Starten Sie nicht ohne das Secret.",
);
pub(crate) const KEY_QUOTED: Words = words(
    "Das Secret wurde mit den Anführungszeichen darum verwendet.",
    "Entfernen Sie die Anführungszeichen.",
);
pub(crate) const HASH_OTHER: Words =
    words("Es wurde eine andere Hashfunktion verwendet.", "HMAC mit SHA-256.");
pub(crate) const HASH_PLAIN: Words = words(
    "Statt eines HMAC wurde ein einfacher Hash verwendet.",
    "HMAC mit SHA-256; ein Hash über Schlüssel und Text ist kein HMAC.",
);
pub(crate) const HASH_SWAPPED: Words = words(
    "Schlüssel und Text des HMAC sind vertauscht.",
    "Prüfen Sie die Reihenfolge der Argumente.",
);
pub(crate) const HASH_OF_HASH: Words = words(
    "Nicht der Text wurde signiert, sondern ein Hash davon.",
    "HMAC mit SHA-256 über den Text selbst.",
);
pub(crate) const HASH_TWICE: Words = words("Es wurde zweimal gehasht.", "Einmal.");
pub(crate) const WRITTEN_HEX: Words = words(
    "Die Signatur ist hexadezimal; API-Aufrufe brauchen Base64.",
    "Base64 der 32 Bytes: 44 Zeichen.",
);
pub(crate) const WRITTEN_UPPER: Words = words(
    "Die Signatur steht in Großbuchstaben; die hexadezimalen Ziffern sind klein.",
    "Schreiben Sie kleine hexadezimale Ziffern.",
);
pub(crate) const WRITTEN_SEPARATED: Words = words(
    "Zwischen den hexadezimalen Ziffern steht etwas.",
    "Schreiben Sie die 64 Ziffern ohne Trennzeichen.",
);
pub(crate) const WRITTEN_NUMBERS: Words = words(
    "Die Signatur ist eine Liste von Zahlen.",
    "Schreiben Sie die Bytes hexadezimal, für API-Aufrufe als Base64.",
);
pub(crate) const WRITTEN_BASE64: Words = words(
    "Die Signatur ist Base64; URLs und Bestellungen brauchen hexadezimale Ziffern.",
    "64 kleine hexadezimale Ziffern.",
);
pub(crate) const WRITTEN_BASE64URL: Words = words(
    "Die Signatur ist in dem Base64 für URLs geschrieben.",
    "URLs und Bestellungen brauchen hexadezimale Ziffern, API-Aufrufe Base64 mit `+`, `/` und `=`.",
);
pub(crate) const WRITTEN_BARE: Words =
    words("Der Signatur fehlt das `=` am Ende.", "Behalten Sie es: 44 Zeichen.");
pub(crate) const WRITTEN_BASE64_OF_HEX: Words = words(
    "Die hexadezimalen Ziffern wurden als Base64 kodiert, nicht die Bytes.",
    "Base64 der 32 Bytes: 44 Zeichen, nicht 88.",
);
pub(crate) const WRITTEN_HEX_OF_BASE64: Words = words(
    "Der Base64-Text wurde hexadezimal geschrieben.",
    "Eines von beiden: hexadezimal für URLs und Bestellungen, Base64 für API-Aufrufe.",
);
pub(crate) const VERSION_1_AS_2: Words = words(
    "Die Signatur ist die von HMAC-Version 1, aber hmac_version sagt 2.",
    "Bilden Sie die Signatur von Version 2, oder lassen Sie hmac_version weg.",
);
pub(crate) const VERSION_MISSING: Words = words(
    "Die Signatur ist die von HMAC-Version 2, aber hmac_version fehlt.",
    "Senden Sie \"hmac_version\": 2.",
);
pub(crate) const V1_NOT_SORTED: Words = words(
    "HMAC-Version 1: Die Parameter wurden nicht sortiert.",
    "Sortieren Sie die äußeren Parameter, oder verwenden Sie Version 2.",
);
pub(crate) const V1_SORTED_DEEP: Words = words(
    "HMAC-Version 1: Auch die verschachtelten Parameter wurden sortiert.",
    "Sortieren Sie nur die äußeren, oder verwenden Sie Version 2.",
);
pub(crate) const V1_JSON_SPACES: Words = words(
    "HMAC-Version 1: Im JSON stehen Leerzeichen nach Kommas und Doppelpunkten.",
    "Schreiben Sie es ohne, oder verwenden Sie Version 2.",
);
pub(crate) const V1_JSON_SLASHES: Words = words(
    "HMAC-Version 1: Schrägstriche sind im JSON nicht maskiert.",
    "Schreiben Sie `\\/`, oder verwenden Sie Version 2.",
);
pub(crate) const V1_JSON_UNICODE: Words = words(
    "HMAC-Version 1: Buchstaben außerhalb von ASCII sind im JSON nicht maskiert.",
    "Schreiben Sie \\u00fc, oder verwenden Sie Version 2.",
);
pub(crate) const V1_EMPTY_OBJECT: Words = words(
    "HMAC-Version 1: Keine Parameter sind für PHP `[]`, nicht `{}`.",
    "Signieren Sie `[]`, oder verwenden Sie Version 2.",
);
pub(crate) const V1_ONE_HASH: Words = words(
    "HMAC-Version 1: Das zweite MD5 mit dem Secret davor fehlt.",
    "md5(secret + md5(text)), oder verwenden Sie Version 2.",
);
pub(crate) const V1_SECRET_LAST: Words = words(
    "HMAC-Version 1: Im zweiten MD5 steht das Secret hinter dem ersten statt davor.",
    "md5(secret + md5(text)), oder verwenden Sie Version 2.",
);
pub(crate) const V1_NO_PARAMETERS: Words = words(
    "HMAC-Version 1: Die Parameter wurden nicht signiert.",
    "Ihr JSON steht zuerst, oder verwenden Sie Version 2.",
);
pub(crate) const V1_NO_SECRET: Words = words(
    "HMAC-Version 1: Das Secret fehlt unter den verbundenen Feldern.",
    "Es steht auch zwischen resourceid und timestamp, oder verwenden Sie Version 2.",
);
pub(crate) const CLAIM_MISSING: Words = words(
    "extendedclaim fehlt unter den Parametern; unlockProvider braucht es.",
    "Senden Sie den apiClaim der URL als parameters.extendedclaim.",
);
pub(crate) const CLAIM_ENCODED: Words = words(
    "Der Claim enthält ein `%`: Er wurde ohne Dekodierung aus der URL genommen.",
    "Verwenden Sie den dekodierten Parameter.",
);
