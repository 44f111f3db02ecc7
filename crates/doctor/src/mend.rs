//! How to mend what checks find, once for all that have the same cure.

use crate::catalogue::Mend;

const NO_TOP_10: &str = "—";

pub(crate) static SIGNATURE: Mend = Mend {
    what: "Verify the signature of the whole URL before reading any parameter, over all parameters but \
           `signature`, and answer 403 if it is wrong. `freischalt explain url` helps with your own code.",
    how: &[
        (
            "PHP",
            "parse_str($_SERVER['QUERY_STRING'], $q); $given = $q['signature'] ?? null; unset($q['signature']); ksort($q); $ok = is_string($given) && hash_equals(hash_hmac('sha256', $base . '?' . http_build_query($q), $secret), $given); // in WordPress, which adds backslashes: $q = wp_unslash($_GET);",
        ),
        (
            "Node",
            "const q = new URLSearchParams(query), given = q.get('signature') ?? ''; q.delete('signature'); q.sort(); const expected = crypto.createHmac('sha256', secret).update(base + '?' + q.toString().replaceAll('*', '%2A')).digest('hex'); const ok = /^[0-9a-f]{64}$/.test(given) && crypto.timingSafeEqual(Buffer.from(expected), Buffer.from(given));",
        ),
        (
            "Python",
            "q = dict(parse_qsl(query, keep_blank_values=True)); given = q.pop('signature', ''); text = base + '?' + urlencode(sorted(q.items())).replace('~', '%7E'); expected = hmac.new(secret.encode(), text.encode(), 'sha256').hexdigest(); ok = hmac.compare_digest(expected.encode(), given.encode())",
        ),
        (
            "Ruby",
            "q = URI.decode_www_form(query).to_h; given = q.delete('signature').to_s; text = base + '?' + URI.encode_www_form(q.sort).gsub('*', '%2A'); expected = OpenSSL::HMAC.hexdigest('SHA256', secret, text); ok = given.bytesize == 64 && OpenSSL.fixed_length_secure_compare(expected, given)",
        ),
        (
            "Java",
            "a TreeMap of the decoded parameters, URLEncoder.encode(text, UTF_8).replace(\"*\", \"%2A\") for each, MessageDigest.isEqual(expected, given)",
        ),
        (
            "Go",
            "q, _ := url.ParseQuery(r.URL.RawQuery); given := q.Get(\"signature\"); q.Del(\"signature\"); text := base + \"?\" + strings.ReplaceAll(q.Encode(), \"~\", \"%7E\"); hmac.Equal(expected, given)",
        ),
        ("Rust", "freischalt_protocol::signed_url::verify_fresh(url, &secret, now, 300, 120)"),
    ],
    asvs: "V9.1.1, V11.4.1",
    api_top_10: "API2:2023 Broken Authentication",
};

pub(crate) static FIRST: Mend = Mend {
    what: "Give the doctor the secret that the provider has, and the address that it verifies with. Where \
           both are right, look into the provider's log, and at what stands before it. Write down what the \
           provider has, without the secret itself:",
    how: &[
        ("PHP", "error_log(strlen($secret) . ' characters, ' . $base)"),
        ("Node", "console.error(secret.length, JSON.stringify(base))"),
        ("Python", "print(len(secret), repr(base), file=sys.stderr)"),
        ("Ruby", "warn \"#{secret.length} #{base.inspect}\""),
        ("Java", "log.info(\"{} {}\", secret.length(), base)"),
        ("Go", "log.Printf(\"%d %q\", len(secret), base)"),
        ("Rust", "eprintln!(\"{} {base:?}\", secret.expose().len())"),
    ],
    asvs: "V13.3.1",
    api_top_10: NO_TOP_10,
};

pub(crate) static BUTTON: Mend = Mend {
    what: "Tell the doctor which request your page makes: --unlock-url, --unlock-body and --unlock-field. Let \
           the provider call the API that the doctor plays while it is examined: its address has to be a setting.",
    how: &[
        ("PHP", "$api = getenv('API') ?: 'https://api.onoffice.de/api/stable/api.php'"),
        ("Node", "const api = process.env.API ?? 'https://api.onoffice.de/api/stable/api.php'"),
        ("Python", "api = os.environ.get('API', 'https://api.onoffice.de/api/stable/api.php')"),
        ("Ruby", "api = ENV.fetch('API', 'https://api.onoffice.de/api/stable/api.php')"),
        ("Java", "System.getenv().getOrDefault(\"API\", …)"),
        ("Go", "os.Getenv(\"API\")"),
        ("Rust", "std::env::var(\"API\")"),
    ],
    asvs: "V13.1.1",
    api_top_10: NO_TOP_10,
};

pub(crate) static MOVED: Mend = Mend {
    what: "Register the address that answers, with or without the slash at its end, with its https and its www; \
           and verify with that one. Or let the route take both.",
    how: &[
        ("PHP", "Apache: DirectorySlash Off, or register the folder with its slash"),
        (
            "Node",
            "Next: trailingSlash or skipTrailingSlashRedirect in next.config.js; Express: no `strict routing`",
        ),
        (
            "Python",
            "Flask: @app.get('/activate', strict_slashes=False); Django: a pattern without the slash; FastAPI: redirect_slashes=False and a route for each",
        ),
        ("Ruby", "Sinatra: get '/activate/?'; Rails takes both"),
        ("Java", "Spring takes what is mapped: @GetMapping({\"/activate\", \"/activate/\"})"),
        ("Go", "mux.HandleFunc(\"/activate\", …): a pattern that ends in a slash redirects"),
        ("Rust", "axum: a route for each"),
    ],
    asvs: "V4.1.2",
    api_top_10: NO_TOP_10,
};

pub(crate) static PORT: Mend = Mend {
    what: "Verify with the registered address first without its port, then with it, and accept either. In \
           production, on the usual port, nothing changes.",
    how: &[
        ("PHP", "foreach (['https://p.example', 'https://p.example:8443'] as $origin) { … }"),
        ("Node", "[withoutPort, withPort].some((base) => verifies(base))"),
        ("Python", "any(verifies(base) for base in (without_port, with_port))"),
        ("Ruby", "[without_port, with_port].any? { |base| verifies?(base) }"),
        ("Java", "Stream.of(withoutPort, withPort).anyMatch(this::verifies)"),
        ("Go", "verifies(withoutPort) || verifies(withPort)"),
        (
            "Rust",
            "[Port::Dropped, Port::Kept].iter().any(|port| port.verify(url, &secret).is_ok())",
        ),
    ],
    asvs: "V13.1.1",
    api_top_10: NO_TOP_10,
};

pub(crate) static RAW: Mend = Mend {
    what: "Verify with the raw query, never with the parameters of a framework: they are trimmed (Laravel, \
           Tornado), get backslashes (WordPress), lose empty values (Laravel, Sanic), are read as Latin-1 \
           (Bottle) or converted. Escape a value where it is written into a page, not before.",
    how: &[
        (
            "PHP",
            "$_SERVER['QUERY_STRING']; Symfony: $request->server->get('QUERY_STRING'); Laravel: $request->server('QUERY_STRING'); WordPress: wp_unslash($_GET), no sanitize_text_field()",
        ),
        (
            "Node",
            "Express: req.originalUrl after `?`; Fastify: request.url after `?`; Koa: ctx.querystring; Hono: new URL(c.req.url).search; h3: event.path after `?`; Next: nextUrl.search",
        ),
        (
            "Python",
            "Django: request.META['QUERY_STRING']; Flask: request.query_string.decode(); Starlette, FastAPI: request.url.query; aiohttp: request.rel_url.raw_query_string; Tornado: request.query; Falcon: req.query_string; Bottle, Sanic: request.query_string",
        ),
        ("Ruby", "Rack: env['QUERY_STRING']; Sinatra, Rails: request.query_string"),
        ("Java", "request.getQueryString()"),
        ("Go", "r.URL.RawQuery"),
        ("Rust", "axum: RawQuery; actix-web: query_string(); Rocket, poem, salvo: uri().query()"),
    ],
    asvs: "V1.1.1",
    api_top_10: NO_TOP_10,
};

pub(crate) static AGE: Mend = Mend {
    what: "After the signature, check the timestamp: whole Unix seconds, at most 300 s old, at most 120 s \
           ahead. A URL in a history, a log or a referrer must not open anything later.",
    how: &[
        ("PHP", "ctype_digit($t) && abs(time() - (int) $t) <= 300"),
        ("Node", "/^\\d{1,11}$/.test(t) && Math.abs(Date.now() / 1000 - Number(t)) <= 300"),
        ("Python", "t.isdecimal() and abs(time.time() - int(t)) <= 300"),
        ("Ruby", "t.match?(/\\A\\d+\\z/) && (Time.now.to_i - t.to_i).abs <= 300"),
        ("Java", "Math.abs(Instant.now().getEpochSecond() - Long.parseLong(t)) <= 300"),
        ("Go", "strconv.ParseInt(t, 10, 64), then compare with time.Now().Unix()"),
        ("Rust", "signed_url::verify_fresh(…, max_age, max_ahead)"),
    ],
    asvs: "V9.2.1",
    api_top_10: "API2:2023 Broken Authentication",
};

pub(crate) static COMPATIBLE: Mend = Mend {
    what: "Decode the raw query, sort, and encode it again before hashing: the marketplace's way of writing a \
           URL may change, its meaning does not. Take scheme and host from configuration.",
    how: &[
        ("PHP", "parse_str($_SERVER['QUERY_STRING'], $q), then ksort($q) and http_build_query($q)"),
        ("Node", "new URLSearchParams(query), sort(), and replace `*` by %2A when writing it"),
        (
            "Python",
            "sorted(parse_qsl(query, keep_blank_values=True)), then urlencode(), and replace `~` by %7E",
        ),
        (
            "Ruby",
            "URI.decode_www_form(query).sort, then URI.encode_www_form, and replace `*` by %2A",
        ),
        ("Java", "URLDecoder, a TreeMap, URLEncoder, and replace `*` by %2A"),
        ("Go", "url.ParseQuery, then Values.Encode(), and replace `~` by %7E"),
        ("Rust", "signed_url::verify"),
    ],
    asvs: "V1.1.1",
    api_top_10: NO_TOP_10,
};

pub(crate) static DUPLICATES: Mend = Mend {
    what: "Read parameters only from the decoded set that was verified, never again from the raw query. \
           Refuse a name that occurs twice, and values that are arrays.",
    how: &[
        ("PHP", "is_string($q['apiToken'] ?? null) for each parameter"),
        ("Node", "params.getAll(name).length === 1"),
        ("Python", "len(parse_qs(query, keep_blank_values=True)[name]) == 1"),
        ("Ruby", "pairs.count { |name, _| name == 'userId' } == 1"),
        ("Java", "request.getParameterValues(name).length == 1"),
        ("Go", "len(r.URL.Query()[name]) == 1"),
        ("Rust", "VerifiedUrl::get"),
    ],
    asvs: "V15.3.7, V2.2.1",
    api_top_10: "API3:2023 Broken Object Property Level Authorization",
};

pub(crate) static BINDING: Mend = Mend {
    what: "Tie the request of the page to the launch that was verified: let the page send back its own \
           signed query and verify it again, or keep the launch on the server. Token, claim and cache id \
           come from there, never from fields that anybody can fill in.",
    how: &[
        (
            "PHP",
            "<input type=hidden name=launch value=\"<?= htmlspecialchars($_SERVER['QUERY_STRING']) ?>\">, verified again on POST",
        ),
        ("Node", "body: JSON.stringify({ query: location.search.slice(1), key })"),
        ("Python", "launches[token] = verified parameters, looked up on POST"),
        ("Ruby", "a hidden field with the signed query, verified again on POST"),
        ("Java", "HttpSession is lost in frames; use the signed query"),
        ("Go", "a hidden field with r.URL.RawQuery, verified again on POST"),
        ("Rust", "freischalt gateway does it for any language"),
    ],
    asvs: "V8.2.1, V8.3.1",
    api_top_10: "API1:2023 Broken Object Level Authorization",
};

pub(crate) static ONCE: Mend = Mend {
    what: "Remember used launches for as long as their URLs are young, by parameterCacheId, and decide in one \
           step whether one is still free.",
    how: &[
        ("PHP", "INSERT INTO used_launches (id) … with a unique index, and stop on a duplicate"),
        ("Node", "if (used.has(id)) return 409; used.add(id) before the first await"),
        ("Python", "with lock: if id in used: …"),
        ("Ruby", "mutex.synchronize { used.add?(id) }"),
        ("Java", "ConcurrentHashMap.putIfAbsent(id, …)"),
        ("Go", "sync.Map.LoadOrStore"),
        ("Rust", "HashSet::insert under a lock"),
    ],
    asvs: "V2.3.1, V15.4.2",
    api_top_10: "API6:2023 Unrestricted Access to Sensitive Business Flows",
};

pub(crate) static CALL: Mend = Mend {
    what: "Make the call as documented: action `do`, resource type `unlockProvider`, parameterCacheId and \
           extendedclaim as they came, HMAC version 2 with the pasted key. `freischalt explain request` \
           names what differs.",
    how: &[
        ("PHP", "base64_encode(hash_hmac('sha256', $ts . $token . $type . $action, $key, true))"),
        ("Node", "createHmac('sha256', key).update(ts + token + type + action).digest('base64')"),
        ("Python", "b64encode(hmac.new(key, msg, 'sha256').digest())"),
        ("Ruby", "Base64.strict_encode64(OpenSSL::HMAC.digest('SHA256', key, msg))"),
        ("Java", "Mac.getInstance(\"HmacSHA256\") and Base64.getEncoder()"),
        ("Go", "base64.StdEncoding.EncodeToString(mac.Sum(nil))"),
        ("Rust", "freischalt_client::Client::unlock_provider"),
    ],
    asvs: "V11.4.1",
    api_top_10: "API2:2023 Broken Authentication",
};

pub(crate) static ANSWERS: Mend = Mend {
    what: "Say `active` only if the body is complete JSON, status.errorcode is 0, there is one result, its \
           own errorcode is 0, and its record says success. Everything else is a failure with a message.",
    how: &[
        (
            "PHP",
            "json_decode($body, true, 512, JSON_THROW_ON_ERROR)['response']['results'][0]['status']['errorcode'] === 0",
        ),
        ("Node", "result?.status?.errorcode === 0 && records[0]?.elements?.success === 'success'"),
        ("Python", "json.loads(body) in try, then the same two places"),
        ("Ruby", "JSON.parse(body).dig('response', 'results', 0, 'status', 'errorcode') == 0"),
        ("Java", "a DTO, and no default that means success"),
        ("Go", "json.Decoder, and check both error codes"),
        ("Rust", "freischalt_client: CallError"),
    ],
    asvs: "V16.5.3, V2.2.1",
    api_top_10: "API10:2023 Unsafe Consumption of APIs",
};

pub(crate) static ROBUST: Mend = Mend {
    what: "Set a timeout and a limit on the size of answers, follow no redirects with credentials, and turn \
           every failure into an answer of your own.",
    how: &[
        (
            "PHP",
            "CURLOPT_TIMEOUT, CURLOPT_FOLLOWLOCATION false, CURLOPT_WRITEFUNCTION with a limit",
        ),
        ("Node", "fetch(url, { redirect: 'error', signal: AbortSignal.timeout(15000) })"),
        ("Python", "urlopen(…, timeout=15), read(limit)"),
        ("Ruby", "http.read_timeout = 15; Net::HTTP follows none"),
        ("Java", "HttpClient.Redirect.NEVER, timeout(Duration)"),
        ("Go", "http.Client{Timeout: …, CheckRedirect: http.ErrUseLastResponse}, io.LimitReader"),
        ("Rust", "freischalt_client does it"),
    ],
    asvs: "V13.2.6, V15.3.2",
    api_top_10: "API10:2023 Unsafe Consumption of APIs",
};

pub(crate) static KEY_ENTRY: Mend = Mend {
    what: "Trim the pasted key, and refuse what has not 64 characters or is the provider secret, with a message \
           that says so, before calling the API.",
    how: &[
        ("PHP", "$key = trim($_POST['secret']); preg_match('/^[A-Za-z0-9]{64}$/', $key)"),
        ("Node", "key.trim(), /^[A-Za-z0-9]{64}$/.test(key)"),
        ("Python", "re.fullmatch(r'[A-Za-z0-9]{64}', key.strip())"),
        ("Ruby", "key.strip.match?(/\\A[A-Za-z0-9]{64}\\z/)"),
        ("Java", "key.strip().matches(\"[A-Za-z0-9]{64}\")"),
        ("Go", "strings.TrimSpace(key), len(key) == 64"),
        ("Rust", "key.trim().len() == 64"),
    ],
    asvs: "V2.2.1",
    api_top_10: NO_TOP_10,
};

pub(crate) static ORIGIN: Mend = Mend {
    what: "Accept the request of the page by POST only, and only from your own origin (`Origin`, \
           `Sec-Fetch-Site`). No CORS headers; headers that rewrite method, path or host count for nothing.",
    how: &[
        ("PHP", "($_SERVER['HTTP_ORIGIN'] ?? $own) === $own"),
        ("Node", "req.headers.origin === own; no cors() on this route"),
        ("Python", "environ.get('HTTP_ORIGIN', own) == own"),
        ("Ruby", "env.fetch('HTTP_ORIGIN', own) == own; no Rack::MethodOverride"),
        ("Java", "no HiddenHttpMethodFilter; check the Origin header"),
        ("Go", "http.CrossOriginProtection"),
        ("Rust", "compare the Origin header"),
    ],
    asvs: "V3.5.1, V3.5.2",
    api_top_10: "API8:2023 Security Misconfiguration",
};

pub(crate) static LEAK: Mend = Mend {
    what: "Answer refusals with one fixed sentence. Never write the expected signature, the text that was signed, \
           the secret, the key or a stack trace into an answer; write a reason into the log.",
    how: &[
        ("PHP", "display_errors=0; no var_dump($expected)"),
        ("Node", "NODE_ENV=production; an error handler that sends no err.stack"),
        ("Python", "DEBUG = False; except: return a fixed text"),
        ("Ruby", "RACK_ENV=production"),
        ("Java", "server.error.include-stacktrace=never"),
        ("Go", "http.Error(w, \"forbidden\", 403), the reason to the log"),
        ("Rust", "an error type whose Display is for the log only"),
    ],
    asvs: "V16.5.1, V14.2.1",
    api_top_10: "API8:2023 Security Misconfiguration",
};

pub(crate) static ESCAPE: Mend = Mend {
    what: "Escape every value that goes into HTML, also if its URL was genuine: names of customers are free text.",
    how: &[
        ("PHP", "htmlspecialchars($value, ENT_QUOTES)"),
        ("Node", "a template engine that escapes, or textContent"),
        ("Python", "html.escape(value, quote=True)"),
        ("Ruby", "ERB::Util.html_escape(value)"),
        ("Java", "Thymeleaf's th:text"),
        ("Go", "html/template, not text/template"),
        ("Rust", "askama, maud"),
    ],
    asvs: "V1.2.1",
    api_top_10: NO_TOP_10,
};

pub(crate) static FRAME: Mend = Mend {
    what: "Send Content-Security-Policy with frame-ancestors and the marketplace's origin: scheme, host and port, \
           without path, quotes and commas. Beside it browsers ignore X-Frame-Options; without it that header \
           keeps the marketplace out.",
    how: &[
        (
            "PHP",
            "header(\"Content-Security-Policy: frame-ancestors https://smart.onoffice.de\"); header_remove('X-Frame-Options');",
        ),
        (
            "Node",
            "res.setHeader('Content-Security-Policy', 'frame-ancestors https://smart.onoffice.de'); helmet: contentSecurityPolicy.directives.frameAncestors and frameguard: false",
        ),
        (
            "Python",
            "response.headers['Content-Security-Policy'] = 'frame-ancestors https://smart.onoffice.de'; Django: @xframe_options_exempt as well",
        ),
        (
            "Ruby",
            "Rails: content_security_policy { |p| p.frame_ancestors 'https://smart.onoffice.de' }; Sinatra: set :protection, except: :frame_options, and the header",
        ),
        (
            "Java",
            "Spring Security: headers(h -> h.frameOptions(f -> f.disable()).contentSecurityPolicy(c -> c.policyDirectives(\"frame-ancestors https://smart.onoffice.de\")))",
        ),
        (
            "Go",
            "w.Header().Set(\"Content-Security-Policy\", \"frame-ancestors https://smart.onoffice.de\")",
        ),
        (
            "Rust",
            "tower_http::set_header; Rocket: Shield::default().disable::<Frame>(), and the header",
        ),
    ],
    asvs: "V3.4.6",
    api_top_10: "API8:2023 Security Misconfiguration",
};

pub(crate) static HEADERS: Mend = Mend {
    what: "The page's address holds a token and a claim: send Cache-Control: no-store, Referrer-Policy: no-referrer, \
           X-Content-Type-Options: nosniff and a content type with its charset.",
    how: &[
        ("PHP", "header('Cache-Control: no-store'); header('Referrer-Policy: no-referrer');"),
        ("Node", "res.set({ 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' })"),
        ("Python", "response.headers['Cache-Control'] = 'no-store'"),
        ("Ruby", "headers 'Cache-Control' => 'no-store'"),
        ("Java", "Spring Security sends them by default"),
        ("Go", "w.Header().Set(\"Cache-Control\", \"no-store\")"),
        ("Rust", "tower_http::set_header"),
    ],
    asvs: "V3.4.4, V3.4.5, V14.3.2",
    api_top_10: "API8:2023 Security Misconfiguration",
};

pub(crate) static MESSAGE: Mend = Mend {
    what: "Post messages to the marketplace's origin, not to `*`, and check event.origin of what you receive. The \
           origin is configuration, or document.referrer compared with a list.",
    how: &[
        ("JavaScript", "window.parent.postMessage('active', 'https://smart.onoffice.de')"),
        ("PHP", "write the origin into a data attribute of the page"),
        ("Node", "write the origin into a data attribute of the page"),
        ("Python", "write the origin into a data attribute of the page"),
    ],
    asvs: "V3.5.5",
    api_top_10: "API8:2023 Security Misconfiguration",
};

pub(crate) static COOKIES: Mend = Mend {
    what: "A page in a frame needs no cookie: let it send back its signed query. If it has one: HttpOnly, Secure, \
           SameSite=None and Partitioned; every other is dropped there. Django's and Rails' protection against \
           forged requests needs one; check Origin instead.",
    how: &[
        (
            "PHP",
            "header('Set-Cookie: name=value; Path=/; HttpOnly; Secure; SameSite=None; Partitioned', false);",
        ),
        (
            "Node",
            "res.cookie(name, value, { httpOnly: true, secure: true, sameSite: 'none', partitioned: true })",
        ),
        (
            "Python",
            "response.headers['Set-Cookie'] = 'name=value; Path=/; HttpOnly; Secure; SameSite=None; Partitioned'; Flask: SESSION_COOKIE_SAMESITE='None', SESSION_COOKIE_SECURE=True, SESSION_COOKIE_PARTITIONED=True",
        ),
        (
            "Ruby",
            "headers['set-cookie'] = 'name=value; path=/; httponly; secure; samesite=none; partitioned'; Rack 3.1: same_site: :none, partitioned: true",
        ),
        (
            "Java",
            "Spring: ResponseCookie.from(name, value).httpOnly(true).secure(true).sameSite(\"None\").partitioned(true)",
        ),
        (
            "Go",
            "http.Cookie{HttpOnly: true, Secure: true, SameSite: http.SameSiteNoneMode, Partitioned: true}",
        ),
        (
            "Rust",
            "Cookie::build((name, value)).http_only(true).secure(true).same_site(SameSite::None).partitioned(true)",
        ),
    ],
    asvs: "V3.3.1, V3.3.2, V3.3.4",
    api_top_10: "API8:2023 Security Misconfiguration",
};

pub(crate) static TENANT: Mend = Mend {
    what: "The key of a customer's data is customerWebId, of a user's (customerWebId, userId); user ids repeat from \
           customer to customer. Use the claim of the newest call, never that of the activation.",
    how: &[
        ("SQL", "PRIMARY KEY (customer_web_id, user_id)"),
        ("PHP", "$store[$q['customerWebId']][$q['userId']]"),
        ("Node", "store.get(`${customerWebId}:${userId}`)"),
        ("Python", "store[(customer_web_id, user_id)]"),
    ],
    asvs: "V8.2.2, V8.4.1",
    api_top_10: "API1:2023 Broken Object Level Authorization",
};

pub(crate) static ORDER: Mend = Mend {
    what: "Compose the order on the server: names, prices and the callback address from your own catalogue, the \
           parametercacheid from the verified launch, quantities checked. From the browser comes an article number.",
    how: &[
        ("PHP", "$price = $catalogue[$_POST['product']]; number_format($sum, 2, '.', '')"),
        ("Node", "integers of cents, (cents / 100).toFixed(2)"),
        ("Python", "Decimal, never float"),
        ("Ruby", "BigDecimal"),
        ("Java", "BigDecimal"),
        ("Go", "integers of cents"),
        ("Rust", "rust_decimal"),
    ],
    asvs: "V2.2.2, V2.3.2",
    api_top_10: "API6:2023 Unrestricted Access to Sensitive Business Flows",
};

pub(crate) static STATUS: Mend = Mend {
    what: "Deliver only if the signed status is `success` or `inprocess`, once for each transactionid.",
    how: &[
        ("PHP", "in_array($q['status'], ['success', 'inprocess'], true)"),
        ("Node", "['success', 'inprocess'].includes(status)"),
        ("Python", "status in ('success', 'inprocess')"),
        ("SQL", "UNIQUE (transaction_id)"),
    ],
    asvs: "V2.3.1",
    api_top_10: "API6:2023 Unrestricted Access to Sensitive Business Flows",
};
