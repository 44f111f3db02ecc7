//! The table of causes. A new one is one entry here and one line where the mistake is made.

use crate::cause::{Cause, Idiom, Step};

macro_rules! causes {
    ($($name:ident = $id:literal, $step:ident, $what:literal, $mend:literal,
        [$($language:literal: $code:literal),* $(,)?];)*) => {
        $(pub(crate) static $name: Cause = Cause {
            id: $id,
            step: Step::$step,
            what: $what,
            mend: $mend,
            german: crate::german::$name,
            idioms: &[$(Idiom { language: $language, code: $code }),*],
        };)*
        /// Every cause that has a name, by step.
        pub static ALL: &[&Cause] = &[$(&$name),*];
    };
}

causes! {
    URL_WRAPPED = "url-wrapped", Transport,
        "Something stands around the URL: blanks, quotes, brackets, or the full stop of a sentence.",
        "Take the URL alone, from the browser's address or the log's field.",
        ["any": "a URL copied out of a text, a chat or a shell command", "Markdown": "<https://…>"];
    URL_BROKEN = "url-broken", Transport,
        "The URL was broken: a line break, a blank, a soft hyphen or an invisible mark stands inside it.",
        "Copy it from where it is one line.",
        ["any": "a terminal, a mail or a PDF that wraps lines", "HTML": "<wbr> and &shy;"];
    URL_ESCAPED = "url-escaped", Transport,
        "The URL was copied out of JSON or a shell, where `&` is written `\\u0026` or `\\&` and `/` may be `\\/`.",
        "Decode the JSON, or take the URL from the browser's address.",
        ["PHP": "json_encode($url)", "Go": "json.Marshal(url)", "Python": "Django's escapejs", "Shell": "printf %q"];
    URL_MAILED = "url-mailed", Transport,
        "The URL was copied out of the source of a mail, where `=` is written `=3D`.",
        "Take the URL from the mail as it is shown.",
        ["any": "quoted-printable"];
    BODY_BOM = "body-bom", Transport,
        "The text begins with a byte order mark (EF BB BF), which JSON does not have.",
        "Write UTF-8 without a mark.",
        ["PowerShell": "Out-File, Set-Content -Encoding UTF8", ".NET": "Encoding.UTF8 in a StreamWriter; use new UTF8Encoding(false)",
         "Python": "open(…, encoding='utf-8-sig')"];
    BODY_UTF16 = "body-utf16", Transport,
        "The text is UTF-16; JSON is sent as UTF-8.",
        "Write UTF-8.",
        ["PowerShell": "> and Out-File of Windows PowerShell", ".NET": "Encoding.Unicode", "Java": "getBytes(UTF_16)"];
    BODY_COMPRESSED = "body-compressed", Transport,
        "The body is compressed; the API takes JSON as it is.",
        "Send the body without Content-Encoding.",
        ["Node": "axios with zlib.gzipSync(body)", "Java": "GzipCompressingEntity", "Go": "gzip.NewWriter", "Python": "gzip.compress(body)"];
    BODY_FORM = "body-form", Transport,
        "The body is a form; the API takes JSON.",
        "Send the JSON text as the body, with Content-Type: application/json.",
        ["PHP": "CURLOPT_POSTFIELDS with an array", "Python": "requests.post(url, data={…}) instead of json=", "Node": "new URLSearchParams or FormData as body",
         "Shell": "curl -F, or -d 'name=value'"];
    BODY_XML = "body-xml", Transport,
        "The body is XML or HTML; the API takes JSON.",
        "Send JSON.",
        ["any": "a client for another interface"];
    BODY_TWICE = "body-json-twice", Transport,
        "The JSON was encoded twice: the body is a text that holds JSON.",
        "Encode once.",
        ["Node": "JSON.stringify(JSON.stringify(body))", "Python": "requests.post(url, json=json.dumps(body))", ".NET": "PostAsJsonAsync(url, jsonText)"];
    BODY_QUOTES = "body-quotes", Transport,
        "The quotes of the body are not those of JSON.",
        "Names and texts of JSON stand in `\"`.",
        ["Python": "str(body) instead of json.dumps(body)", "Shell": "a command of another shell: cmd.exe keeps '", "any": "curly quotes of a word processor"];
    SIGNATURE_LABELLED = "signature-labelled", Transport,
        "A word stands before or after the signature, as other platforms and tools write it.",
        "Send the digits alone.",
        ["Shell": "openssl dgst prints SHA2-256(stdin)= before them; use -r or cut", "any": "sha256=… of GitHub, v1=… of Stripe"];
    SIGNATURE_REPR = "signature-repr", Transport,
        "The signature is Python's way of showing bytes: b'…'.",
        "Decode it: .decode('ascii').",
        ["Python": "str(base64.b64encode(…)), f'{digest}'"];
    SIGNATURE_NONE = "signature-no-digest", Transport,
        "What stands in its place is no signature: an unset variable, or the name of an object.",
        "Look at what the signing function returns, and whether its result was waited for.",
        ["Node": "a Promise without await; hmac without .digest()", "Java": "byte[].toString() is [B@…", "Python": "the hmac object without .hexdigest()"];
    HTML_COPY = "html-copy", Transport,
        "The URL was copied out of HTML source, where `&` is written `&amp;`.",
        "Decode the attribute before using it, or take the URL from the browser's address.",
        ["PHP": "htmlspecialchars($url) used for more than output", "Python": "html.escape(url)"];
    URL_ENCODED_AGAIN = "url-encoded-again", Transport,
        "The whole URL was percent-encoded once more on its way.",
        "Pass the URL on as it came; encode it only as the value of another URL's parameter, and decode that.",
        ["PHP": "urlencode($url)", "Node": "encodeURIComponent(url)"];
    SIGNATURE_MISSING = "signature-missing", Transport,
        "There is no signature at all.",
        "In a shell put the URL in quotes, or it ends at the first `&`. A redirect must keep the query.",
        ["Shell": "curl https://…?a=1&b=2 without quotes"];
    SIGNATURE_WRAPPED = "signature-wrapped", Transport,
        "White space or quotes stand around the signature.",
        "Trim what is read from files and command output.",
        ["Shell": "openssl dgst output with its line break", "Python": "repr(signature)", "Ruby": "[digest].pack('m')"];
    SIGNATURE_ENCODED = "signature-encoded", Transport,
        "The signature was percent-encoded and not decoded again.",
        "In JSON the signature stands as it is.",
        ["Node": "encodeURIComponent(hmac)", "PHP": "urlencode($hmac)"];
    SIGNATURE_PLUS = "signature-plus", Transport,
        "The `+` of base64 became a space: the signature went through a form without being encoded.",
        "Send the body as JSON text, or encode `+` as %2B.",
        ["PHP": "reading a base64 value from $_POST"];
    SIGNATURE_CUT = "signature-cut", Transport,
        "The signature was cut off.",
        "Look for a column, a field or a log line that is too short for it.",
        ["SQL": "VARCHAR(32)", "PHP": "substr($hash, 0, 32)"];
    PORT_ADDED = "port-added", Address,
        "A port was signed that the URL does not have: the one on which the program listens behind its proxy.",
        "Take the address from the configuration, as it is registered.",
        ["PHP": "$_SERVER['SERVER_PORT']", "Node": "req.socket.localPort", "Java": "request.getServerPort()", "Python": "request.host of an inner server"];
    HOST_INNER = "host-inner", Address,
        "The address inside the network was signed: the program stands behind a proxy and does not know the public one.",
        "Take the address from the configuration, as it is registered.",
        ["Node": "req.headers.host; Next's request.url is always localhost", "Python": "request.url, request.build_absolute_uri() behind a proxy",
         "PHP": "$_SERVER['HTTP_HOST'] or SERVER_NAME", "Java": "request.getRequestURL()", "nginx": "proxy_pass without proxy_set_header Host $host",
         "Docker": "the name of a container"];
    HOST_OTHER = "host-other", Address,
        "Another name of the host was signed, such as with or without `www.`.",
        "Register and sign one name; take it from the configuration.",
        ["any": "a redirect from one name to the other", "PHP": "$_SERVER['SERVER_NAME']", "Apache": "UseCanonicalName On"];
    ADDRESS_SEEN = "address-seen-inside", Address,
        "The signature is right for the registered address. This URL is the one that the program sees behind a proxy or a rewrite rule.",
        "Build the text with the registered address, not with that of the request.",
        ["Node": "req.protocol, req.headers.host, req.originalUrl", "Python": "request.url", "PHP": "$_SERVER['HTTP_HOST'], REQUEST_URI"];
    PATH_SCRIPT = "path-script", Address,
        "The name of the script was signed with the path, or left out: a front controller or a rewrite rule answers.",
        "Sign the path of the registered address.",
        ["PHP": "$_SERVER['SCRIPT_NAME'], PHP_SELF or REDIRECT_URL", "Apache": "RewriteRule … index.php", "Laravel": "url('/index.php/…')"];
    PATH_FOLDER = "path-folder", Address,
        "A folder of the server stands in the path.",
        "Sign the path of the registered address.",
        ["PHP": "/public of Laravel and Symfony", "nginx": "proxy_pass to another path", "Node": "an app below /api"];
    PATH_CUT = "path-cut", Address,
        "The end of the path is missing.",
        "Sign the whole path.",
        ["PHP": "dirname($_SERVER['SCRIPT_NAME'])", "Ruby": "request.script_name", "Java": "request.getContextPath()"];
    PATH_DOUBLED = "path-doubled", Address,
        "A part of the path stands in it twice.",
        "Join base address and path once.",
        ["PHP": "$base . $_SERVER['REQUEST_URI'] where $base has the folder", "Python": "SCRIPT_NAME + request.path", "Java": "contextPath + requestURI"];
    PATH_SLASHES = "path-slashes", Address,
        "A slash too many or too few stands in the path.",
        "Join base address and path by one slash.",
        ["Node": "`${base}/${path}`", "PHP": "$base . '/' . $path", "Python": "base + path"];
    PATH_OTHER = "path-other", Address,
        "The path of another registered address was signed.",
        "Sign the path of the address that was called.",
        ["any": "one constant for activation and services"];
    PATH_ENCODED = "path-encoded", Address,
        "The path was percent-encoded otherwise than it is registered.",
        "Sign the path exactly as it is registered.",
        ["Node": "new URL(u).pathname, encodeURI(path)", "Python": "quote(path)", "Java": "new URI(…).toASCIIString()"];
    URL_ENCODED_FIRST = "url-encoded-whole", Address,
        "The whole URL was percent-encoded before it was signed.",
        "Encode names and values only.",
        ["Node": "encodeURIComponent(url)", "PHP": "rawurlencode($url)"];
    SCHEME_FOREIGN = "scheme-of-another-platform", Joining,
        "The text is put together as another platform does it: with method, time or lines, or names and values glued together.",
        "URLs: `scheme://host/path?` and the sorted query. Orders: the sorted query. API calls: timestamp, token, resourcetype, actionid.",
        ["OAuth 1": "GET&address&parameters", "Stripe": "timestamp.body", "Slack": "v0:timestamp:body", "Twilio": "address, names and values", "Atlassian": "GET&/path&query"];
    VALUES_ONLY = "values-only", Joining,
        "Only the values were signed, without their names.",
        "Write name=value and join by `&`.",
        ["PHP": "implode('', $params)", "Node": "Object.values(params).join('')", "Python": "''.join(d.values())"];
    SCHEME = "scheme", Address,
        "The other of http and https was signed: the program stands behind a proxy that ends TLS.",
        "Take the scheme from the configured public address, not from the connection.",
        ["PHP": "$_SERVER['HTTPS'] unset behind a proxy", "Node": "req.protocol without trust proxy",
         "Python": "request.url without ProxyFix", "Ruby": "request.scheme", "Java": "request.getScheme()",
         "Go": "r.TLS == nil", "Rust": "Uri of the request has no scheme"];
    PORT_DEFAULT = "port-default", Address,
        "The default port was written out (`:443`, `:80`).",
        "Build the text from scheme, host name and path.",
        ["Java": "scheme + host + ':' + request.getServerPort()", "PHP": "$_SERVER['SERVER_PORT']"];
    LOGIN_KEPT = "login-kept", Address,
        "User name and password of the URL were signed.",
        "Leave out everything between `//` and `@`.",
        ["Python": "urlsplit(u).netloc", "Java": "uri.getAuthority()", "Go": "u.String()"];
    FRAGMENT_KEPT = "fragment-kept", Address,
        "The fragment (`#…`) was signed.",
        "Cut the URL off at `#`.",
        ["Node": "url.href", "Python": "the URL as a whole", "Go": "u.String()"];
    HOST_CASE = "host-case", Address,
        "The host was written in other letters, small or capital; it is signed as it is registered.",
        "Take the host from the configured address as it was registered.",
        ["Node": "new URL(u).hostname", "Python": "urlsplit(u).hostname", "Rust": "url.host_str()"];
    PATH_SLASH = "path-slash", Address,
        "A slash at the end of the path was added or removed.",
        "Sign the path exactly as it is registered.",
        ["Python": "Django's APPEND_SLASH", "PHP": "rtrim($path, '/')", "Ruby": "path.chomp('/')"];
    PATH_NORMALISED = "path-normalised", Address,
        "The path was normalised: empty or dot segments were resolved.",
        "Sign the path exactly as it stands in the URL.",
        ["Node": "path.posix.normalize()", "Go": "path.Clean(), http.ServeMux", "Java": "uri.normalize()"];
    PATH_DECODED = "path-decoded", Address,
        "The path was percent-decoded; it is signed as it stands.",
        "Use the raw path.",
        ["Go": "u.Path instead of u.EscapedPath()", "Python": "environ['PATH_INFO']",
         "Java": "uri.getPath() instead of getRawPath()", "Ruby": "Rack's PATH_INFO"];
    PATH_CASE = "path-case", Address,
        "The path was written in small letters.",
        "Sign the path exactly as it stands in the URL.",
        ["PHP": "strtolower($uri)"];
    PATH_MISSING = "path-missing", Address,
        "The path was left out.",
        "Sign scheme, host and path.",
        ["Node": "url.origin + url.search", "Ruby": "request.base_url"];
    PATH_ROOT = "path-root", Address,
        "A `/` was added where the registered URL has no path.",
        "Register the URL with its `/`, so that all programs agree.",
        ["Node": "new URL('https://h?x=1').pathname is '/'", "Rust": "url.path()"];
    PATH_PREFIX = "path-prefix", Address,
        "The first part of the path is missing: a proxy or a mounted application hides it.",
        "Use the public path of the configured address.",
        ["Node": "req.url inside app.use('/prefix', …) instead of req.originalUrl",
         "Python": "PATH_INFO without SCRIPT_NAME", "Go": "http.StripPrefix", "Ruby": "PATH_INFO in a map"];
    BASE_NONE = "address-missing", Address,
        "Only the query was signed, without the address before it.",
        "Sign `scheme://host/path?` and then the query.",
        ["PHP": "http_build_query($_GET)", "Node": "url.searchParams.toString()", "Go": "r.URL.RawQuery"];
    BASE_PATH = "host-missing", Address,
        "Path and query were signed, without scheme and host.",
        "Sign `scheme://host/path?` and then the query.",
        ["PHP": "$_SERVER['REQUEST_URI']", "Node": "req.url", "Go": "r.RequestURI", "Ruby": "request.fullpath"];
    BASE_NO_SCHEME = "scheme-missing", Address,
        "The scheme was left out.",
        "Sign `scheme://host/path?` and then the query.",
        ["PHP": "$_SERVER['HTTP_HOST'] . $path"];
    BASE_NO_MARK = "question-mark-missing", Address,
        "The `?` between address and query was left out.",
        "Join address and query by `?`.",
        ["Go": "u.Host + u.Path + q.Encode()"];
    BASE_NO_QUERY = "query-missing", Address,
        "Only the address was signed, without the query.",
        "Append `?` and the sorted query.",
        ["PHP": "strtok($url, '?')", "Java": "request.getRequestURL() without the query"];
    ADDRESS_BEFORE = "address-before", Address,
        "The callback address stands before the query, as in signed URLs; orders have none.",
        "Sign the query string of the members alone.",
        ["PHP": "one function for URLs and orders"];
    QUESTION_MARK = "question-mark-before", Joining,
        "A `?` stands before the query string; orders have none.",
        "Sign the query string alone.",
        ["Node": "url.search"];
    READ_RAW = "not-decoded", Decoding,
        "The query was sorted as it came, without decoding and encoding it again.",
        "Decode names and values, then encode them by the rules of forms.",
        ["PHP": "explode('&', $_SERVER['QUERY_STRING'])", "Node": "url.search.slice(1).split('&').sort()",
         "Go": "strings.Split(r.URL.RawQuery, \"&\")"];
    READ_PLUS = "plus-kept", Decoding,
        "`+` was not read as a space.",
        "Decode by the rules of forms.",
        ["Node": "decodeURIComponent()", "PHP": "rawurldecode()", "Python": "unquote() instead of unquote_plus()",
         "Go": "url.PathUnescape()", "Ruby": "URI::DEFAULT_PARSER.unescape"];
    READ_NOT = "encoded-again", Decoding,
        "The values were encoded although they had not been decoded.",
        "Decode first, or do not encode.",
        ["Node": "encodeURIComponent(rawValue)", "PHP": "http_build_query over raw pieces"];
    READ_TWICE = "decoded-twice", Decoding,
        "The values were decoded twice.",
        "The framework decodes already; do not decode once more.",
        ["PHP": "urldecode($_GET['x'])", "Node": "decodeURIComponent(req.query.x)",
         "Python": "unquote(request.args['x'])", "Java": "URLDecoder.decode(request.getParameter(…))"];
    READ_JOINED = "repeated-joined", Decoding,
        "The values of a repeated parameter were joined by commas; the last one counts.",
        "Let the last one win, as PHP does, or refuse repeated parameters.",
        ["Node": "String(req.query.x) of an array", "Java": "String.join(\",\", values)"];
    CHARSET_MISREAD = "charset-misread", Decoding,
        "UTF-8 was read as Latin-1 or Windows-1252: `ü` became `Ã¼`.",
        "Read and write UTF-8 everywhere.",
        ["Python": "Bottle's query['name']; .encode('latin-1') undoes it", "PHP": "utf8_encode() on UTF-8", "Java": "request.getParameter() without setCharacterEncoding(\"UTF-8\"); Tomcat before 8",
         "Perl": "CGI without -utf8"];
    CHARSET_LATIN1 = "charset-latin1", Decoding,
        "Letters beyond ASCII were signed in Latin-1 or Windows-1252: `ü` as %FC.",
        "Sign the bytes of UTF-8: %C3%BC.",
        ["PHP": "utf8_decode()", "Java": "URLEncoder.encode(s, \"ISO-8859-1\"), getBytes(ISO_8859_1)", ".NET": "Encoding.GetEncoding(1252)", "JavaScript": "escape()"];
    CHARSET_LOST = "charset-lost", Decoding,
        "Letters beyond ASCII were lost: they became `?`, U+FFFD, other letters, or nothing.",
        "Read and write UTF-8 everywhere.",
        [".NET": "Encoding.ASCII.GetBytes()", "Java": "getBytes(US_ASCII), or a JVM without file.encoding=UTF-8", "PHP": "iconv('UTF-8', 'ASCII//TRANSLIT')", "MySQL": "a column in latin1", "Python": ".encode('ascii', 'replace')"];
    UNICODE_FORM = "unicode-form", Decoding,
        "Letters were composed or decomposed: `ü` is one letter or `u` with dots.",
        "Sign the text as it came, without normalising it.",
        ["PHP": "Normalizer::normalize()", "Node": "text.normalize('NFD')", "Python": "unicodedata.normalize()", "macOS": "names of files"];
    ABSENT_SIGNED = "absent-signed", Selection,
        "A parameter that did not come, or is empty, was signed as a word of the language or as an empty text.",
        "Sign what came: leave absent parameters out, keep empty ones as `name=`.",
        ["Python": "FastAPI's declared parameters are None", "Node": "`${req.query.groupId}` is undefined", "PHP": "$_GET['groupId'] ?? ''", "Go": "r.URL.Query().Get() is \"\""];
    ROUTER_PARAMETER = "router-parameter", Selection,
        "A rewrite rule or a router has added a parameter with the path, and it was signed.",
        "Sign the query as it came: the raw query of the request.",
        ["Apache": "RewriteRule ^(.*)$ index.php?path=$1 [QSA]", "PHP": "$_GET behind a rewrite rule; $_SERVER['QUERY_STRING'] has it too, REQUEST_URI has not",
         "Ruby": "Rails' params has controller and action; use request.query_parameters", "nginx": "try_files $uri /index.php?q=$uri&$args"];
    FALSY_LEFT_OUT = "falsy-left-out", Selection,
        "Empty texts, zero and false were left out; only null is.",
        "Leave out null, and empty lists and objects, and nothing else.",
        ["PHP": "array_filter($order)", "Python": "{k: v for k, v in d.items() if v}", "Node": "_.pickBy(order)"];
    VALUES_TRIMMED = "values-trimmed", Types,
        "Blanks at the ends of values were removed.",
        "Sign the values as they came.",
        ["PHP": "Laravel's TrimStrings", "Python": "Tornado's get_argument() without strip=False", "Ruby": "strip", "Java": "trim()"];
    VALUES_SANITISED = "values-sanitised", Types,
        "Values were cleaned: tags, percent signs with digits, or blanks were removed.",
        "Sign the values as they came, and clean afterwards.",
        ["PHP": "WordPress' sanitize_text_field(), strip_tags(), FILTER_SANITIZE_STRING"];
    VALUES_BACKSLASHES = "values-backslashes", Types,
        "Backslashes stand before quotes in the values, or were taken away.",
        "Sign the values as they came.",
        ["PHP": "$_GET in WordPress; use wp_unslash($_GET), or addslashes(), stripslashes()"];
    VALUES_LISTS = "values-lists", Types,
        "Each value was signed as a list of one: `['…']`.",
        "Take the one value of each name.",
        ["Python": "urlencode(dict(request.GET)) in Django, parse_qs() without doseq", "Node": "JSON of searchParams.getAll()"];
    VALUES_JSON = "values-json", Types,
        "Each value was signed as JSON, with quotes.",
        "Sign the values themselves.",
        ["Node": "JSON.stringify(value)", "Python": "json.dumps(value)", "PHP": "json_encode($value)"];
    VALUES_SMALL = "value-small", Types,
        "One value was signed in small letters.",
        "Sign the values as they came.",
        ["any": "a normalised customer name"];
    HTML_ESCAPED = "html-escaped", Types,
        "Values were escaped for HTML before signing: `&` as `&amp;`, quotes as `&#039;`.",
        "Sign the values as they came; escape when they are shown.",
        ["PHP": "htmlspecialchars($_GET['x']), esc_html()", "Python": "html.escape(), Markup", "Go": "html.EscapeString()", "Ruby": "CGI.escapeHTML, h()"];
    NUMBERS_CONVERTED = "number-converted", Types,
        "A value was turned into a number and back: 007 became 7, 1.50 became 1.5, 21 became 21.0.",
        "Sign the values as texts, as they came.",
        ["Node": "Number(x), a JSON schema of Fastify with type integer", "Python": "FastAPI's user_id: int", "PHP": "(int) $_GET['id']", "Java": "@RequestParam Integer id"];
    NUMBERS_FLOAT = "numbers-float", Types,
        "Whole numbers were signed as floats: 35 as 35.0.",
        "Send prices and quantities as texts, and sign those.",
        ["Python": "str(float(35))", "Ruby": "35.to_f.to_s", "Java": "Double.toString(35)"];
    NUMBERS_COMMA = "numbers-comma", Types,
        "Numbers were signed in the spelling of a country: 38,70 or 1,234.50.",
        "Sign exactly the text that is sent.",
        ["PHP": "number_format($price, 2, ',', '.')", "Java": "String.format(Locale.GERMANY, …)", ".NET": "ToString() under de-DE"];
    ZERO_EMPTY = "zero-empty", Types,
        "Zero, false or null was signed as an empty text, or left out.",
        "Write 0 as 0 and false as 0; leave out null only.",
        ["Node": "value || ''", "PHP": "(string) false is empty; $v ?: ''", "Python": "value or ''"];
    SORTED_NATURAL = "sorted-natural", Sorting,
        "Digits in names were sorted by their value: a9 before a10.",
        "Compare bytes.",
        ["PHP": "ksort($a, SORT_NATURAL)", "Node": "localeCompare(b, undefined, {numeric: true})"];
    SORTED_DIGITS = "sorted-digits", Sorting,
        "Names of digits were sorted by bytes; PHP sorts them as numbers before all others: 9 before 10.",
        "Choose own parameters that are words.",
        ["Python": "sorted(d)", "Ruby": "sort", "Java": "TreeMap"];
    READ_FIRST = "first-wins", Decoding,
        "Of a repeated parameter the first value was signed; the last counts.",
        "Let the last one win, as PHP does, or refuse repeated parameters.",
        ["Node": "searchParams.get()", "Java": "request.getParameter()", "Go": "r.URL.Query().Get()",
         "Python": "request.args.get()"];
    READ_NAMES = "names-kept", Decoding,
        "Names were signed as they are spelt, or repeated parameters were all kept; PHP makes `_` of dots and spaces, and arrays of brackets.",
        "Choose own parameters without dots, spaces, brackets and repetitions.",
        ["Node": "[...searchParams]", "Python": "parse_qsl()", "Ruby": "URI.decode_www_form"];
    SIGNATURE_SIGNED = "signature-signed", Selection,
        "`signature` itself was signed along.",
        "Remove it before sorting.",
        ["PHP": "unset($_GET['signature']) missing", "Node": "params.delete('signature') missing"];
    SIGNATURE_BLANK = "signature-blank", Selection,
        "`signature` was emptied instead of removed.",
        "Remove the whole pair.",
        ["PHP": "$query['signature'] = ''", "Python": "params['signature'] = ''"];
    ADDED_LATER = "added-later", Selection,
        "Everything fits if something is left out: it was added after signing, or left out when signing.",
        "Sign last. If a proxy or a tracker adds parameters, stop it.",
        ["HTML": "utm_… and fbclid", "PHP": "$order['x'] = … after sign($order)"];
    TIME_LEFT_OUT = "timestamp-left-out", Selection,
        "`timestamp` was not signed.",
        "Add the timestamp before signing.",
        ["PHP": "$order['timestamp'] = time() after sign($order)"];
    EMPTY_LEFT_OUT = "empty-left-out", Selection,
        "Parameters with an empty value were left out; they stay as `name=`.",
        "Keep empty values; only null is left out.",
        ["PHP": "array_filter($_GET)", "Python": "parse_qs() without keep_blank_values", "Ruby": "compact_blank"];
    SORTED_NOT = "not-sorted", Sorting,
        "The parameters were not sorted.",
        "Sort by name, by bytes, ascending.",
        ["PHP": "ksort() missing", "Node": "params.sort() missing", "Java": "HashMap instead of TreeMap"];
    SORTED_TOP_ONLY = "sorted-top-only", Sorting,
        "Only the outer members were sorted; nested objects have to be sorted as well.",
        "Sort every object at every depth; lists keep their order.",
        ["PHP": "ksort() instead of a recursive one", "Node": "Object.keys(order).sort()", "Python": "sorted(order.items())"];
    SORTED_CASELESS = "sorted-caseless", Sorting,
        "The names were sorted regardless of case; capital letters come first.",
        "Compare bytes.",
        ["PHP": "ksort($a, SORT_FLAG_CASE | SORT_STRING)", "Java": "String.CASE_INSENSITIVE_ORDER",
         "Python": "sorted(d, key=str.lower)"];
    SORTED_LOCALE = "sorted-locale", Sorting,
        "The names were sorted by the rules of a language.",
        "Compare bytes.",
        ["Node": "localeCompare()", "PHP": "ksort($a, SORT_LOCALE_STRING)", "Java": "Collator", "Shell": "sort without LC_ALL=C"];
    SORTED_BACKWARDS = "sorted-backwards", Sorting,
        "The names were sorted from the end.",
        "Sort ascending.",
        ["PHP": "krsort()", "Ruby": "sort.reverse"];
    SORTED_PAIRS = "sorted-pairs", Sorting,
        "Whole pairs were sorted, `=` and value included; that differs where one name begins another.",
        "Sort by name.",
        ["Node": "query.split('&').sort()", "Python": "sorted(query.split('&'))"];
    SORTED_VALUES = "sorted-values", Sorting,
        "The parameters were sorted by value.",
        "Sort by name.",
        ["PHP": "asort() or sort() instead of ksort()"];
    SORTED_LISTS = "sorted-lists", Sorting,
        "The indices of a list were sorted as texts: 10 before 2.",
        "Lists keep their order.",
        ["Node": "Object.keys(list).sort()", "Python": "sorted(str(i) for i in …)"];
    NULLS_KEPT = "nulls-kept", Types,
        "Null members were signed; they are left out.",
        "Leave null out, or send an empty text.",
        ["Node": "String(null)", "Python": "urlencode({'a': None})", "Go": "fmt.Sprint(nil)", "Java": "String.valueOf(null)"];
    EMPTIES_KEPT = "empties-kept", Types,
        "Empty lists or objects were signed; they are left out.",
        "Leave empty lists and objects out.",
        ["Ruby": "Array#to_query writes name[]="];
    BOOLEANS_WORDS = "booleans-words", Types,
        "Booleans were signed otherwise; they are 1 and 0.",
        "Write 1 and 0.",
        ["Node": "String(true)", "Go": "strconv.FormatBool", "Ruby": "true.to_s", "Java": "Boolean.toString()"];
    NUMBERS_PLACES = "numbers-places", Types,
        "A number was signed with its places, which JSON drops: 38.70 arrives as 38.7.",
        "Send prices as texts.",
        ["PHP": "number_format($price, 2)", "Node": "price.toFixed(2) signed, the number sent",
         "Python": "Decimal", "Java": "BigDecimal"];
    NUMBERS_SHORT = "numbers-short", Types,
        "A price that is sent as a text was signed as a number, without its last 0.",
        "Sign exactly the text that is sent.",
        ["Node": "parseFloat(price)", "PHP": "(float) $price", "Python": "float(price)"];
    SLASHES = "slashes-escaped", Types,
        "The slashes were signed with their backslash from JSON.",
        "Sign the values, not their JSON.",
        ["PHP": "json_encode() without JSON_UNESCAPED_SLASHES, then signed"];
    UNICODE = "unicode-escaped", Types,
        "Letters beyond ASCII were signed as \\u escapes from JSON.",
        "Sign the values, not their JSON.",
        ["PHP": "json_encode() without JSON_UNESCAPED_UNICODE", "Python": "json.dumps() with ensure_ascii"];
    NESTED_PLAIN = "brackets-plain", Nesting,
        "The brackets of nested names were not encoded; they are %5B and %5D.",
        "Encode the whole name, brackets included.",
        ["Node": "qs.stringify(o, {encodeValuesOnly: true})", "Go": "building the names by hand"];
    NESTED_NO_INDEX = "list-index-missing", Nesting,
        "Lists were named `name[]`; they need their index.",
        "Write name[0], name[1] and so on.",
        ["Node": "qs.stringify(o, {arrayFormat: 'brackets'})", "Ruby": "to_query", "JavaScript": "jQuery.param()"];
    NESTED_FROM_ONE = "list-from-one", Nesting,
        "Lists were counted from 1.",
        "Count from 0.",
        ["PHP": "array_filter() leaves gaps in the indices"];
    NESTED_DOTS = "nested-dots", Nesting,
        "Nested names were joined by dots.",
        "Write name[member].",
        ["Java": "Spring's property paths", "Node": "qs.stringify(o, {allowDots: true})"];
    NESTED_JSON = "nested-json", Nesting,
        "A nested member was signed as its JSON.",
        "Write one pair for each leaf, named name[member].",
        ["Python": "urlencode({'products': json.dumps(p)})", "Node": "new URLSearchParams with JSON.stringify",
         "Go": "url.Values with json.Marshal"];
    NESTED_OBJECT = "nested-object", Nesting,
        "A nested member was signed as `[object Object]`.",
        "Write one pair for each leaf, named name[member].",
        ["Node": "new URLSearchParams(order)", "JavaScript": "String(order.products)"];
    NESTED_LEFT_OUT = "nested-left-out", Nesting,
        "Nested members were not signed.",
        "Write one pair for each leaf, named name[member].",
        ["Node": "querystring.stringify()", "Java": "only scalar fields"];
    ENCODED_COMPONENT = "encode-component", Encoding,
        "`encodeURIComponent` leaves `! ' ( ) * ~` and writes a space as %20.",
        "URLs: %21 %27 %28 %29 %2A %7E and `+`. Orders: the same with %20 and `~`.",
        ["Node": "encodeURIComponent()"];
    ENCODED_FORM = "encode-form", Encoding,
        "The form encoding of browsers, Java and Ruby leaves `*`.",
        "Replace `*` by %2A afterwards; in orders also `+` by %20 and %7E by `~`.",
        ["Node": "URLSearchParams.toString()", "Java": "URLEncoder.encode()", "Ruby": "URI.encode_www_form()",
         "Rust": "url::form_urlencoded"];
    ENCODED_3986 = "encode-rfc3986", Encoding,
        "RFC 3986 was used, as for orders; URLs need RFC 1738: a space is `+`, `~` is %7E.",
        "Use the form encoding for URLs.",
        ["PHP": "PHP_QUERY_RFC3986 or rawurlencode()", "Python": "quote(s, safe='')", "Ruby": "ERB::Util.url_encode"];
    ENCODED_GO = "encode-tilde", Encoding,
        "The encoding is right but for `~`, or for the space as `+` in orders.",
        "URLs: replace `~` by %7E afterwards. Orders: replace `+` by %20.",
        ["Go": "url.QueryEscape(), Values.Encode()", "Python": "urlencode(), quote_plus()", "Ruby": "CGI.escape()"];
    ENCODED_BUILDER = "encode-builder", Encoding,
        "A URL builder was used that leaves marks such as `, : ; ! $ ( ) * / ? @ [ ]` as they are in values.",
        "Use the form encoding: all but letters, digits and `- _ .` is encoded.",
        ["Node": "ufo's withQuery(), qs.stringify(…, {format: 'RFC1738'})", "Python": "yarl's with_query(), Flask's url_for()", "Java": "Spring's UriComponentsBuilder", "Swift": "URLComponents"];
    ENCODED_DOTNET = "encode-dotnet", Encoding,
        ".NET's encoder leaves `( ) ! *`, and HttpUtility writes small digits after `%`.",
        "Encode ( ) ! * as %28 %29 %21 %2A and write %C3, not %c3; in orders also %20 for `+` and `~` for %7E.",
        [".NET": "HttpUtility.UrlEncode(), WebUtility.UrlEncode()"];
    ENCODED_SPACE = "encode-space", Encoding,
        "The encoding is right but for the space as %20, or for `~` as %7E in orders.",
        "URLs: a space is `+`. Orders: `~` stays.",
        ["PHP": "str_replace('+', '%20', http_build_query(…))", "Java": "URLEncoder.encode(s).replace(\"+\", \"%20\")", "Python": "quote() before 3.7"];
    ENCODED_ESCAPE = "encode-escape", Encoding,
        "JavaScript's old `escape` was used: `ü` is %FC, `€` is %u20AC, `+ / @ *` stay.",
        "Use the form encoding in UTF-8.",
        ["JavaScript": "escape()", "ASP": "Server.URLEncode in a Latin-1 page"];
    NAMES_RAW = "names-not-encoded", Encoding,
        "The names were not encoded, the values were.",
        "Encode names as well: brackets are %5B and %5D.",
        ["Node": "`${name}=${encodeURIComponent(value)}`", "PHP": "$name . '=' . urlencode($value)"];
    EQUALS_LEFT_OUT = "equals-left-out", Encoding,
        "Empty values were written without their `=`.",
        "Write `name=`.",
        ["Node": "ufo's stringifyQuery()", "Java": "UriComponentsBuilder.queryParam(name)"];
    ENCODED_NOT = "encode-missing", Encoding,
        "The values were not encoded.",
        "Encode names and values before joining them.",
        ["PHP": "urldecode(http_build_query(…))", "Node": "`${k}=${v}`", "Python": "'&'.join(f'{k}={v}' …)"];
    ENCODED_SMALL = "encode-small-hex", Encoding,
        "The digits after `%` are small letters; they are capital.",
        "Write %C3, not %c3.",
        [".NET": "HttpUtility.UrlEncode()", "Java": "an own encoder with %02x"];
    ENCODED_TWICE = "encode-twice", Encoding,
        "The values were encoded twice: %20 became %2520.",
        "Encode once; http_build_query and URLSearchParams encode already.",
        ["PHP": "http_build_query(array_map('urlencode', …))", "Node": "searchParams.set(k, encodeURIComponent(v))",
         "Python": "urlencode({k: quote(v)})"];
    ENCODED_SLASH = "encode-slash", Encoding,
        "`/` was not encoded, and a space became %20.",
        "Encode `/` as %2F.",
        ["Python": "quote() with its default safe='/'", "Ruby": "URI::DEFAULT_PARSER.escape"];
    ENCODED_URI = "encode-uri", Encoding,
        "`encodeURI` is for whole addresses and leaves `& = + / :` alone.",
        "Encode each name and value.",
        ["Node": "encodeURI()"];
    ORDER_1738 = "order-rfc1738", Encoding,
        "RFC 1738 was used, as for URLs; orders need RFC 3986: a space is %20, `~` stays.",
        "Use RFC 3986 for orders.",
        ["PHP": "http_build_query() without PHP_QUERY_RFC3986", "Python": "urlencode() without quote_via=quote"];
    JSON_SIGNED = "json-signed", Joining,
        "The JSON was signed, not the query string of its members.",
        "Build the sorted query string and sign that.",
        ["PHP": "hash_hmac('sha256', json_encode($order), …)", "Node": "hmac.update(JSON.stringify(order))",
         "Python": "json.dumps(order)", "Go": "json.Marshal(order)"];
    JOINED_HTML = "joined-html", Joining,
        "The pairs were joined by `&amp;`.",
        "Join by `&`.",
        ["PHP": "ini arg_separator.output=&amp;, or htmlspecialchars()", "Go": "json.Marshal or html/template"];
    JOINED_OTHERWISE = "joined-otherwise", Joining,
        "The pairs were joined by another character.",
        "Write name=value and join by `&`.",
        ["PHP": "implode(',', …)", "Python": "'\\n'.join(…)", "Java": "Map.toString()"];
    JOINED_NOT = "joined-not", Joining,
        "The pairs were joined by nothing.",
        "Write name=value and join by `&`.",
        ["PHP": "implode('', …)", "Node": "pairs.join('')"];
    TEXT_NEWLINE = "text-newline", Joining,
        "A line break follows the text that was signed.",
        "Sign without a line break at the end.",
        ["Shell": "echo instead of printf %s", "Ruby": "puts", "Python": "print(…, file=…)"];
    TEXT_PADDED = "text-padded", Joining,
        "A blank or an invisible mark stands before or after the text that was signed.",
        "Sign the text alone.",
        ["any": "a template with blanks", ".NET": "a StreamWriter writes a byte order mark first", "C": "the closing NUL counted along"];
    TEXT_QUOTED = "text-quoted", Joining,
        "The text was signed with quotes around it.",
        "Sign the text itself, not its JSON or its repr().",
        ["Node": "JSON.stringify(text)", "Python": "repr(text), str(bytes)"];
    TEXT_CAPITAL = "text-capital", Joining,
        "The whole text was written in capital letters.",
        "Sign the text as it is.",
        ["PHP": "strtoupper($text)", "Java": "text.toUpperCase()"];
    TEXT_UTF16 = "text-utf16", Joining,
        "The text was signed in UTF-16.",
        "Sign the bytes of UTF-8.",
        [".NET": "Encoding.Unicode.GetBytes(text)", "Java": "text.getBytes(UTF_16LE)", "PowerShell": "[Text.Encoding]::Unicode", "SQL": "HASHBYTES over NVARCHAR"];
    TEXT_ENCODED = "text-encoded", Joining,
        "The text as a whole was encoded before it was signed: base64, hex or percent signs.",
        "Sign the text itself.",
        ["any": "base64 of the text, as JSON web tokens have it", "Node": "encodeURIComponent(text)"];
    TEXT_AMP = "text-ampersand", Joining,
        "A `&` follows the last pair.",
        "Join instead of appending.",
        ["PHP": "foreach … .= \"$k=$v&\"", "Java": "StringBuilder.append(\"&\")"];
    TEXT_SMALL = "text-small", Joining,
        "The whole text was written in small letters.",
        "Sign the text as it is.",
        ["PHP": "strtolower($url)", "Java": "url.toLowerCase()"];
    PIECES_ORDER = "pieces-order", Joining,
        "The pieces were joined in another order.",
        "timestamp, token, resourcetype, actionid.",
        ["any": "token + timestamp + …"];
    PIECES_SEPARATED = "pieces-separated", Joining,
        "Something stands between the pieces.",
        "Join timestamp, token, resourcetype and actionid by nothing.",
        ["PHP": "implode(',', …)", "Node": "[…].join() joins by commas", "Python": "'\\n'.join(…)"];
    PIECES_LABELLED = "pieces-labelled", Joining,
        "The names of the fields were signed along.",
        "Join the values alone.",
        ["PHP": "http_build_query()", "Node": "new URLSearchParams(…)"];
    PIECES_MORE = "pieces-more", Joining,
        "More was signed than the four pieces: a resource id, an identifier or the parameters.",
        "timestamp, token, resourcetype, actionid, and nothing else.",
        ["any": "code that was written for HMAC version 1"];
    PIECE_MISSING = "piece-missing", Joining,
        "One of the pieces was not signed.",
        "timestamp, token, resourcetype, actionid.",
        ["Node": "a variable that is undefined or empty"];
    PIECE_UNSET = "piece-unset", Joining,
        "One of the pieces was an unset variable, turned into text.",
        "Refuse to sign when a piece has no value.",
        ["Node": "`${token}` is undefined", "Python": "f'{token}' is None", "Java": "\"\" + token is null", "Ruby": "token.inspect is nil"];
    PIECE_PLACEHOLDER = "piece-placeholder", Joining,
        "A placeholder was signed that nothing was put in for.",
        "In a script, ask for the value; a template is filled in afterwards.",
        ["Postman": "'{{token}}' in a pre-request script; use pm.variables.get('token')", "Shell": "'$TOKEN' in single quotes"];
    PIECE_PADDED = "piece-padded", Joining,
        "A blank, a line break or quotes stand around one of the pieces.",
        "Trim what is read from files and forms, before it is sent and signed.",
        ["any": "a pasted token", "Shell": "$(cat token) is trimmed, a file read by a program is not"];
    TOKEN_CASE = "token-case", Joining,
        "The token was signed in another case than it is sent.",
        "Sign exactly what is sent.",
        ["SQL": "a column that folds case"];
    TIME_FRACTION = "time-fraction", Time,
        "The timestamp was signed with a fraction of a second.",
        "Round down to whole seconds, once, and send and sign the same.",
        ["Python": "time.time()", "PHP": "microtime(true)", "Ruby": "Time.now.to_f", "Node": "Date.now() / 1000"];
    ACTION_SHORT = "action-short", Joining,
        "The action was not signed as it is sent; it is the whole URN.",
        "Sign urn:onoffice-de-ns:smart:2.5:smartml:action:… in full.",
        ["any": "'do' or 'read' instead of the URN"];
    TYPE_CASE = "type-case", Joining,
        "The resource type was signed in another case than it is sent.",
        "Sign exactly what is sent; case matters.",
        ["PHP": "strtolower($type)", "Java": "an enum's name"];
    KEY_IN_TEXT = "key-in-text", Joining,
        "The key was signed along, as HMAC version 1 does.",
        "The key is the key of the HMAC only.",
        ["any": "code that was written for HMAC version 1"];
    TOKEN_IS_KEY = "token-is-key", Joining,
        "The key stands where the token belongs.",
        "Sign the token; the key is the key of the HMAC.",
        ["any": "two variables with similar names"];
    TIME_MILLIS = "time-millis", Time,
        "The timestamp is in milliseconds; it has to be in seconds.",
        "Divide by 1,000 and round down.",
        ["Node": "Date.now()", "Java": "System.currentTimeMillis()", "Go": "time.Now().UnixMilli()",
         "Python": "time.time() * 1000"];
    TIME_TWICE = "time-twice", Time,
        "The clock was read twice: another second was signed than is sent.",
        "Read the clock once, and sign each attempt anew.",
        ["PHP": "time() in two places", "Node": "a retry that sends a new timestamp with the old hmac"];
    TIME_ZONE = "time-zone", Time,
        "The timestamp is off by whole hours: local time was taken for UTC.",
        "Unix seconds know no time zone.",
        ["Python": "datetime.utcnow().timestamp()", "PHP": "strtotime(gmdate(…))", "Java": "LocalDateTime.toEpochSecond(UTC)"];
    TIME_OFF = "time-off", Time,
        "The timestamp is more than 120 s from now.",
        "Set the machine's clock by NTP, and sign just before sending.",
        ["any": "a signature that is kept across retries"];
    TIME_TEXT = "time-text", Time,
        "The timestamp is not a whole number of Unix seconds.",
        "Write whole seconds as decimal digits.",
        ["Python": "time.time() is a float", "Node": "new Date().toISOString()"];
    KEY_OTHER = "key-other", Key,
        "Another of the given secrets was used.",
        "The provider secret signs URLs, orders and messages; the API key signs API calls.",
        ["any": "provider secret and API key exchanged"];
    KEY_TOKEN = "key-token", Key,
        "The API token was used as the key.",
        "The token is a name. Use the provider secret for URLs, the API key for API calls.",
        ["any": "token and secret exchanged"];
    SWAPPED = "token-key-swapped", Key,
        "Token and key are exchanged.",
        "The token has 32 characters and arrives in the URL; the key has 64 and is pasted by hand.",
        ["any": "sign(token, secret) called as sign(secret, token)"];
    KEY_LENGTH = "key-length", Key,
        "The key has not the 64 characters of an API key.",
        "Copy the whole key. The provider secret is not the API key.",
        ["SQL": "VARCHAR(32)"];
    KEY_NEWLINE = "key-newline", Key,
        "The secret was used with the line break at its end.",
        "Trim what is read from a file or a variable.",
        ["PHP": "file_get_contents()", "Node": "readFileSync()", "Python": "open().read()", "Shell": "echo $SECRET | base64",
         "Ruby": "File.read", "Go": "os.ReadFile", "Java": "Files.readString", "Rust": "fs::read_to_string"];
    KEY_SPACE = "key-space", Key,
        "The secret was used with or without the white space around it.",
        "Trim the secret once, where it enters the program.",
        ["any": "a pasted value", "Docker": "--env-file keeps spaces"];
    KEY_VALUE = "key-value", Key,
        "Another value of the input was used as the key.",
        "The provider secret signs URLs, orders and messages; the API key signs API calls.",
        ["any": "claim, parameterCacheId or token in the place of the secret"];
    KEY_UNSET = "key-unset", Key,
        "The key was the word for an unset variable.",
        "Refuse to start without the secret.",
        ["Node": "`${process.env.SECRET}` is undefined", "Python": "str(os.environ.get('SECRET')) is None", "Java": "String.valueOf(System.getenv(…)) is null", "Ruby": "nil.inspect"];
    KEY_INVISIBLE = "key-invisible", Key,
        "An invisible mark stands before or after the secret.",
        "Remove byte order marks and zero-width characters where the secret enters the program.",
        ["PowerShell": "Out-File -Encoding utf8 writes a byte order mark", "any": "a secret copied from a web page or a chat", "Python": "open(…) instead of encoding='utf-8-sig'"];
    KEY_NAMED = "key-named", Key,
        "The whole line NAME=value was used as the key.",
        "Use what stands after the `=`.",
        ["Docker": "a secret file that holds a line of .env", "any": "a line of .env that was pasted"];
    KEY_PLACEHOLDER = "key-placeholder", Key,
        "A placeholder was used as the key, and nothing was put in for it.",
        "Read the value before signing.",
        ["Postman": "'{{secret}}' in a pre-request script; use pm.variables.get('secret')", "Shell": "'$SECRET' in single quotes", "Docker": "${SECRET} in a file that nobody expands"];
    KEY_UTF16 = "key-utf16", Key,
        "The secret was used in UTF-16.",
        "Use the bytes of UTF-8.",
        [".NET": "Encoding.Unicode.GetBytes(secret)", "Java": "secret.getBytes(UTF_16LE)"];
    KEY_CUT = "key-cut", Key,
        "Only a part of the secret was used.",
        "Copy the whole secret; look for a field or column that is too short.",
        ["SQL": "VARCHAR(32)", "any": "the first or last character left out in copying"];
    KEY_AMPERSAND = "key-ampersand", Key,
        "A `&` was appended to the key, as OAuth 1 does.",
        "Use the secret alone.",
        ["OAuth 1": "consumer secret & token secret"];
    KEY_HEX = "key-hex", Key,
        "The secret was decoded as hex; its characters themselves are the key.",
        "Use the text as it is.",
        ["PHP": "hex2bin($secret)", "Node": "Buffer.from(secret, 'hex')", "Python": "bytes.fromhex()", "Go": "hex.DecodeString"];
    KEY_BASE64 = "key-base64", Key,
        "The secret was decoded as base64; its characters themselves are the key.",
        "Use the text as it is.",
        ["Node": "Buffer.from(secret, 'base64')", "PHP": "base64_decode($secret)", "Java": "Base64.getDecoder()"];
    KEY_ENCODED = "key-encoded", Key,
        "The secret was encoded before use.",
        "Use the text as it is.",
        ["Kubernetes": "a Secret that was encoded twice"];
    KEY_CASE = "key-case", Key,
        "The secret was used in capital or small letters.",
        "Use the text as it is.",
        ["SQL": "a column that folds case"];
    KEY_HASHED = "key-hashed", Key,
        "A hash of the secret was used as the key.",
        "Use the text as it is.",
        ["PHP": "hash('sha256', $secret)", "Python": "sha256(secret).digest()"];
    KEY_EMPTY = "key-empty", Key,
        "The key was empty: the variable with the secret was not set.",
        "Refuse to start without the secret.",
        ["PHP": "getenv() returned false", "Node": "process.env.SECRET || ''", "Go": "os.Getenv", "Ruby": "ENV['SECRET'].to_s"];
    KEY_QUOTED = "key-quoted", Key,
        "The secret was used with the quotes around it.",
        "Take the quotes away.",
        ["Docker": "--env-file keeps quotes", "Python": "json.dumps(secret)"];
    HASH_OTHER = "hash-other", Hash,
        "Another hash function was used.",
        "HMAC with SHA-256.",
        ["PHP": "hash_hmac('sha512', …)", "Node": "createHmac('md5', …)"];
    HASH_PLAIN = "hash-plain", Hash,
        "A plain hash was used instead of an HMAC.",
        "HMAC with SHA-256; a hash over key and text is no HMAC.",
        ["PHP": "hash('sha256', $secret . $text)", "Node": "createHash('sha256')", "Python": "sha256(key + text)"];
    HASH_SWAPPED = "hash-swapped", Hash,
        "Key and text of the HMAC are exchanged.",
        "Look at the order of the arguments.",
        ["PHP": "hash_hmac('sha256', $key, $data) instead of ($data, $key)", "Python": "hmac.new(text, key, …)",
         "Ruby": "OpenSSL::HMAC.hexdigest('SHA256', data, key)"];
    HASH_OF_HASH = "hash-of-hash", Hash,
        "Not the text was signed but a hash of it.",
        "HMAC with SHA-256 over the text itself.",
        ["AWS": "HMAC over hex(sha256(request))", "PHP": "hash_hmac('sha256', hash('sha256', $text), $key)"];
    HASH_TWICE = "hash-twice", Hash,
        "It was hashed twice.",
        "Once.",
        ["any": "a helper that signs what is signed already"];
    WRITTEN_HEX = "written-hex", Writing,
        "The signature is in hex; API calls need base64.",
        "base64 of the 32 bytes: 44 characters.",
        ["PHP": "hash_hmac() without its last argument true", "Node": "digest('hex')", "Python": "hexdigest()", "Ruby": "hexdigest"];
    WRITTEN_UPPER = "written-upper", Writing,
        "The signature is in capital letters; the hex digits are small.",
        "Write small hex digits.",
        ["PHP": "strtoupper()", "Java": "%02X", ".NET": "Convert.ToHexString()", "Go": "%X"];
    WRITTEN_SEPARATED = "written-separated", Writing,
        "Something stands between the hex digits.",
        "Write the 64 digits without separators.",
        [".NET": "BitConverter.ToString() writes AB-CD-…", "Shell": "openssl dgst -c, xxd"];
    WRITTEN_NUMBERS = "written-numbers", Writing,
        "The signature is a list of numbers.",
        "Write the bytes as hex, or as base64 for API calls.",
        ["Node": "JSON of a Buffer", "Java": "Arrays.toString(bytes)", "Python": "str(list(digest))"];
    WRITTEN_BASE64 = "written-base64", Writing,
        "The signature is in base64; URLs and orders need hex.",
        "64 small hex digits.",
        ["Node": "digest('base64')", "PHP": "base64_encode(hash_hmac(…, true))", "Java": "Base64.getEncoder()"];
    WRITTEN_BASE64URL = "written-base64url", Writing,
        "The signature is in the base64 of URLs.",
        "URLs and orders need hex; API calls base64 with `+`, `/` and `=`.",
        ["Node": "digest('base64url')", "Python": "urlsafe_b64encode()", "Go": "base64.RawURLEncoding"];
    WRITTEN_BARE = "written-unpadded", Writing,
        "The signature lacks the `=` at its end.",
        "Keep the padding: 44 characters.",
        ["Go": "base64.RawStdEncoding", "PHP": "rtrim($hmac, '=')"];
    WRITTEN_BASE64_OF_HEX = "written-base64-of-hex", Writing,
        "The hex digits were encoded as base64, not the bytes.",
        "base64 of the 32 bytes: 44 characters, not 88.",
        ["PHP": "base64_encode(hash_hmac('sha256', …)) without true", "Node": "Buffer.from(digest('hex')).toString('base64')",
         "Python": "b64encode(hexdigest().encode())"];
    WRITTEN_HEX_OF_BASE64 = "written-hex-of-base64", Writing,
        "The base64 text was written as hex.",
        "One of the two: hex for URLs and orders, base64 for API calls.",
        ["PHP": "bin2hex(base64_encode(…))"];
    VERSION_1_AS_2 = "hmac-version-1-as-2", Hash,
        "The signature is that of HMAC version 1, but hmac_version says 2.",
        "Make the signature of version 2, or leave hmac_version out.",
        ["PHP": "an SDK from before March 2022 with hmac_version added"];
    VERSION_MISSING = "hmac-version-missing", Hash,
        "The signature is that of HMAC version 2, but hmac_version is missing.",
        "Send \"hmac_version\": 2.",
        ["any": "the field is named hmacVersion or stands outside of the action"];
    V1_NOT_SORTED = "v1-not-sorted", Sorting,
        "HMAC version 1: the parameters were not sorted.",
        "Sort the outer parameters, or use version 2.",
        ["PHP": "ksort() missing"];
    V1_SORTED_DEEP = "v1-sorted-deep", Sorting,
        "HMAC version 1: the nested parameters were sorted as well.",
        "Sort the outer parameters only, or use version 2.",
        ["Python": "json.dumps(…, sort_keys=True)"];
    V1_JSON_SPACES = "v1-json-spaces", Types,
        "HMAC version 1: the JSON has spaces after commas and colons.",
        "Write it without, or use version 2.",
        ["Python": "json.dumps() without separators=(',', ':')"];
    V1_JSON_SLASHES = "v1-json-slashes", Types,
        "HMAC version 1: slashes are not escaped in the JSON.",
        "Write `\\/`, or use version 2.",
        ["Node": "JSON.stringify()", "PHP": "JSON_UNESCAPED_SLASHES", "Go": "json.Marshal"];
    V1_JSON_UNICODE = "v1-json-unicode", Types,
        "HMAC version 1: letters beyond ASCII are not escaped in the JSON.",
        "Write \\u00fc, or use version 2.",
        ["PHP": "JSON_UNESCAPED_UNICODE", "Python": "ensure_ascii=False", "Node": "JSON.stringify()"];
    V1_EMPTY_OBJECT = "v1-empty-object", Types,
        "HMAC version 1: no parameters are `[]` for PHP, not `{}`.",
        "Sign `[]`, or use version 2.",
        ["Node": "JSON.stringify({})", "Python": "json.dumps({})"];
    V1_ONE_HASH = "v1-one-hash", Hash,
        "HMAC version 1: the second MD5, with the secret before it, is missing.",
        "md5(secret + md5(text)), or use version 2.",
        ["any": "md5(text) alone"];
    V1_SECRET_LAST = "v1-secret-last", Hash,
        "HMAC version 1: in the second MD5 the secret stands after the first instead of before it.",
        "md5(secret + md5(text)), or use version 2.",
        ["any": "md5(md5(text) + secret)"];
    V1_NO_PARAMETERS = "v1-no-parameters", Selection,
        "HMAC version 1: the parameters were not signed.",
        "Their JSON stands first, or use version 2.",
        ["any": "code that was written for HMAC version 2"];
    V1_NO_SECRET = "v1-no-secret", Hash,
        "HMAC version 1: the secret is missing among the joined fields.",
        "It stands between resource id and timestamp as well, or use version 2.",
        ["any": "secret used in the outer hash only"];
    CLAIM_MISSING = "claim-missing", Selection,
        "extendedclaim is missing among the parameters; unlockProvider needs it.",
        "Send the apiClaim of the URL as parameters.extendedclaim.",
        ["any": "the claim stands beside parameters, or is named apiClaim"];
    CLAIM_ENCODED = "claim-encoded", Decoding,
        "The claim holds a `%`: it was taken from the URL without decoding it.",
        "Use the decoded parameter.",
        ["PHP": "$_SERVER['QUERY_STRING']", "Node": "a regular expression over req.url"];
}
