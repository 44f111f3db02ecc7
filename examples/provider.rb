# A complete provider in Ruby 3, standard library only: activation page, verification, unlock.
#
#     PROVIDER_SECRET=... ruby provider.rb
#
# Settings are environment variables; see README.md in this folder. Ruby's library has no HTTP
# server any more: what is below `serve` would be a Rack application in yours.
require "cgi"
require "json"
require "net/http"
require "openssl"
require "securerandom"
require "socket"
require "timeout"

SECRET = ENV.fetch("PROVIDER_SECRET")
MARKETPLACE = ENV.fetch("MARKETPLACE", "http://127.0.0.1:8080") # its pages
API = URI(ENV.fetch("API", "#{MARKETPLACE}/api/stable/api.php"))
ADDRESS = ENV.fetch("ADDRESS", "http://localhost/activate") # as registered, without a port
STORE = ENV.fetch("STORE", "customers.json")
YOUNGEST, OLDEST = -120, 300 # seconds; how old a signed URL may be when its page is opened
PAGE_LIFETIME = 3600 # seconds; how long an opened page may be used
ACTION = "urn:onoffice-de-ns:smart:2.5:smartml:action:do"
LOCK = Mutex.new
USED = {} # launches that have unlocked or are about to; a database of yours does it better
STYLE = "/smart/gui/smart/resources/css/layout/smart/themes/marketplace/marketplaceUnlockIFrame.css"

def page(customer, nonce) = <<~HTML
  <!doctype html><html lang="en"><meta charset="utf-8"><title>Activation</title>
  <link rel="stylesheet" href="#{MARKETPLACE}#{STYLE}">
  <form id="unlockForm">
  <label class="api-key-label" for="secret">API key for #{CGI.escapeHTML(customer)}</label>
  <div class="api-key-input-outer" id="secretDiv">
  <input class="api-key-input" id="secret" autocomplete="off" required aria-describedby="keyProblem"></div>
  <button class="unlock-now-button" id="unlockButton">Activate now</button>
  <p class="api-key-label" id="keyProblem" role="alert"></p></form>
  <div class="unlock-load-spinner" id="spinner" role="status" aria-label="Activating" hidden></div>
  <p class="active-label" id="successMessage" hidden>Active</p>
  <script nonce="#{nonce}">
  const [form, field, button, problem, success, spinner] = ["unlockForm", "secret", "unlockButton",
    "keyProblem", "successMessage", "spinner"].map((id) => document.getElementById(id));
  form.onsubmit = async (event) => {
    event.preventDefault();
    button.disabled = true;
    spinner.hidden = false;
    let text = "The provider does not answer.";
    try {
      const body = JSON.stringify({ query: location.search.slice(1), key: field.value });
      text = await (await fetch("/unlock", { method: "POST", body })).text();
    } catch {}
    form.hidden = text === "active";
    success.hidden = !form.hidden;
    success.style.visibility = "visible";
    problem.textContent = text;
    button.disabled = false;
    spinner.hidden = true;
    parent.postMessage(text, "#{MARKETPLACE}");
  };
  </script></html>
HTML

# The parameters of a query that the marketplace has signed and that is young enough.
def verified(query, oldest)
  given = URI.decode_www_form(query).to_h # of duplicates the last one
  signature = given.delete("signature").to_s
  # PHP's http_build_query escapes `*`, Ruby does not.
  canonical = URI.encode_www_form(given.sort).gsub("*", "%2A")
  # The vendor's samples disagree about a port: without one first, then with the one of this server.
  with_port = ADDRESS.sub(%r{\Ahttps?://[^/:]+}) { |origin| "#{origin}:#{SERVER.addr[1]}" }
  right = [ADDRESS, with_port].any? do |address|
    OpenSSL.secure_compare(OpenSSL::HMAC.hexdigest("SHA256", SECRET, "#{address}?#{canonical}"), signature)
  end
  return nil unless right

  return nil unless given["timestamp"].to_s.match?(/\A\d{1,11}\z/)

  (YOUNGEST..oldest).cover?(Time.now.to_i - Integer(given["timestamp"])) ? given : nil
end

# Each launch unlocks once, but may be tried again after a failure.
def unlock(given, key)
  return "This is the provider secret. Paste the API key that the marketplace shows." if OpenSSL.secure_compare(key, SECRET)
  return "An API key has 64 letters and digits." unless key.match?(/\A[A-Za-z0-9]{64}\z/)

  launch = given["parameterCacheId"]
  taken = LOCK.synchronize { USED.key?(launch) || (USED[launch] = true) && false }
  return "This activation was used. Begin again in the marketplace." if taken

  text = call(given, key)
  LOCK.synchronize { USED.delete(launch) } unless text == "active"
  text
end

# Makes the call; `active`, or what to tell the administrator.
def call(given, key)
  now, token = Time.now.to_i, given["apiToken"]
  hmac = [OpenSSL::HMAC.digest("SHA256", key, "#{now}#{token}unlockProvider#{ACTION}")].pack("m0")
  action = { actionid: ACTION, resourceid: "", resourcetype: "unlockProvider", identifier: "",
             timestamp: now, hmac_version: "2", hmac: hmac,
             parameters: { parameterCacheId: given["parameterCacheId"], extendedclaim: given["apiClaim"] } }
  body = { token: token, request: { actions: [action] } }.to_json
  http = { use_ssl: API.scheme == "https", open_timeout: 15, read_timeout: 15 }
  answer = Net::HTTP.start(API.host, API.port, **http) { |to| to.post(API.path, body, "Content-Type" => "application/json") }
  answer = JSON.parse(answer.body)
  result = answer.dig("response", "results", 0)
  code = result["status"]["errorcode"]
  done = code.zero? && result.dig("data", "records", 0, "elements", "success") == "success"
  return "The marketplace refused the API key (error #{code})." unless answer.dig("status", "code") == 200 && done

  remember(given["customerWebId"], token, key)
  "active"
rescue SystemCallError, IOError, Timeout::Error, JSON::ParserError, NoMethodError, TypeError
  "The marketplace does not answer."
end

# Keeps the credentials; a database of yours does it better.
def remember(customer, token, key)
  LOCK.synchronize do
    known = File.exist?(STORE) ? JSON.parse(File.read(STORE)) : {}
    File.write(STORE, known.merge(customer => { token: token, key: key }).to_json, perm: 0o600)
  end
end

# Whether a request comes from the page of this provider; browsers say so.
def own?(headers)
  host = "//#{headers["host"]}"
  headers.fetch("sec-fetch-site", "same-origin") == "same-origin" && headers.fetch("origin", host).end_with?(host)
end

def serve(method, target, headers, body)
  path, query = target.split("?", 2)
  if method == "POST" && path == "/unlock"
    return [403, "This request comes from another page."] unless own?(headers)

    sent = JSON.parse(body)
    given = verified(sent.fetch("query"), PAGE_LIFETIME)
    return given ? [200, unlock(given, sent.fetch("key").strip)] : [403, "Open the activation again."]
  end
  given = path == URI(ADDRESS).path ? verified(query.to_s, OLDEST) : nil
  return [403, "This page opens from the marketplace only."] unless given

  nonce = SecureRandom.urlsafe_base64
  [200, page(given["customerName"], nonce), "text/html", nonce]
rescue JSON::ParserError, ArgumentError, KeyError, NoMethodError, TypeError
  [400, "This request cannot be read."]
end

def answer(status, text, kind = "text/plain", nonce = "none")
  "HTTP/1.1 #{status} .\r\nContent-Type: #{kind}; charset=utf-8\r\nContent-Length: #{text.bytesize}\r\n" \
    "Cache-Control: no-store\r\nReferrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\nConnection: close\r\nContent-Security-Policy: default-src 'none'; " \
    "script-src 'nonce-#{nonce}'; style-src #{MARKETPLACE}; connect-src 'self'; base-uri 'none'; " \
    "form-action 'none'; frame-ancestors #{MARKETPLACE}\r\n\r\n#{text}"
end

def converse(client)
  Timeout.timeout(30) do
    method, target = client.gets("\n", 16_384).to_s.split
    headers = {}
    while (line = client.gets("\r\n", 16_384)) && line != "\r\n"
      name, value = line.split(":", 2)
      headers[name.downcase] = value.to_s.strip
    end
    length = Integer(headers.fetch("content-length", "0"))
    client.write(answer(*serve(method, target.to_s, headers, client.read([length, 65_536].min))))
  end
rescue SystemCallError, IOError, Timeout::Error, ArgumentError, TypeError
  nil # whoever hangs up or talks nonsense gets no answer
ensure
  client.close
end

SERVER = TCPServer.new("127.0.0.1", Integer(ENV.fetch("PORT", "3000")))
puts "listening on http://localhost:#{SERVER.addr[1]}"
$stdout.flush
loop { Thread.new(SERVER.accept) { |client| converse(client) } }
