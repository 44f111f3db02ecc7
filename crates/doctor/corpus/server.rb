# A provider in Ruby, standard library only. Right by default; the environment variable MISTAKES
# names the mistakes that it makes on purpose, so that the doctor can be examined.
require 'base64'
require 'cgi'
require 'json'
require 'net/http'
require 'openssl'
require 'set'
require 'socket'
require 'uri'

MISTAKES = (ENV['MISTAKES'] || '').split(',')
SECRET = ENV.fetch('SECRET')
API = URI(ENV.fetch('API'))
MARKETPLACE = 'https://marketplace.example'.freeze
URN = 'urn:onoffice-de-ns:smart:2.5:smartml:action:'.freeze
DOCUMENTED = %w[apiClaim apiToken customerName customerWebId parameterCacheId timestamp userId status transactionid referenceid theme memo UserLanguage imageIds].freeze
NEEDED = %w[customerWebId userId apiToken parameterCacheId apiClaim].freeze
LOCK = Mutex.new
USED = Set.new
CUSTOMERS = {}
DELIVERED = []

def bad(mistake) = MISTAKES.include?(mistake)
def hmac(key, text) = OpenSSL::HMAC.hexdigest('SHA256', key, text)
def same(left, right) = left.bytesize == right.bytesize && OpenSSL.fixed_length_secure_compare(left, right)
def html(text) = CGI.escapeHTML(text)

def pairs(query)
  query.split('&').reject(&:empty?).map do |piece|
    piece.split('=', 2).then { |name, value| [name || '', value || ''] }.map { |text| CGI.unescape(text).scrub }
  end
end

def encode(text)
  return rfc3986(text).gsub(/%21|%27|%28|%29|%2A/) { |hex| hex[1..].hex.chr } if bad('component_encode')

  written = rfc3986(text).gsub('%20', '+').gsub('~', '%7E')
  bad('star_literal') ? written.gsub('%2A', '*') : written
end

def rfc3986(text)
  text.b.gsub(/[^A-Za-z0-9_.~-]/n) { |byte| format('%%%02X', byte.ord) }
end

def canonical(path, params)
  names = params.keys
  names = names.reject { |name| params[name].empty? } if bad('drops_empty')
  names = bad('caseless_sort') ? names.sort_by(&:downcase) : names.sort unless bad('no_sort')
  "http://127.0.0.1#{path}?" + names.map { |name| "#{encode(name)}=#{encode(params[name])}" }.join('&')
end

def expected(path, params) = hmac(SECRET, canonical(path, params))

# The verified parameters, or a sentence that says why there are none.
def verify(path, query, kind, aged: true)
  params = {}
  late = early = nil
  pairs(query).each do |name, value|
    if params.key?(name) && name == 'apiToken' && bad('reads_last_unsigned')
      late = value
      next
    end
    if params.key?(name) && name == 'apiToken' && bad('first_wins_token')
      early = params[name]
    elsif params.key?(name) || name.include?('[')
      return 'refused'
    end
    params[name] = read(value)
  end
  given = params.delete('signature')
  trusting = bad('no_signature') || bad("#{kind}_no_signature")
  unless trusting || genuine(path, query, params, given)
    return bad('leak_expected') ? "expected #{expected(path, params)}" : 'refused'
  end
  params['apiToken'] = late || early if late || early
  return 'refused' if aged && !bad('no_age') && !bad("#{kind}_no_age") && !young(params['timestamp'])

  params
end

# A value as a framework hands it over.
def read(value)
  value = value.strip if bad('trims')
  value = value.gsub(/[\\'"]/) { |char| "\\#{char}" } if bad('magic_quotes')
  value = value.squeeze(' ').gsub(/%\h\h/, '') if bad('sanitizes')
  value = html(value) if bad('html_values')
  value = value.dup.force_encoding('ISO-8859-1').encode('UTF-8') if bad('latin1')
  value
end

def genuine(path, query, params, given)
  return bad('missing_ok') if given.nil?
  return bad('empty_ok') if given.empty?

  if bad('raw_query')
    pieces = query.split('&').reject { |piece| piece.start_with?('signature=') }.sort
    return same(hmac(SECRET, "http://127.0.0.1#{path}?#{pieces.join('&')}"), given)
  end
  text = canonical(path, params)
  right = expected(path, params)
  return true if same(right, given) && !bad('port_only')

  with_port = text.sub('http://127.0.0.1', "http://127.0.0.1:#{ENV.fetch('PORT')}")
  return true if same(hmac(SECRET, with_port), given) && !bad('port_dropped')
  return true if bad('prefix_compare') && given.size >= 16 && right.start_with?(given)
  return true if bad('case_insensitive') && right.casecmp?(given)
  return true if bad('empty_secret_ok') && hmac('', text) == given
  return true if bad('plain_hash_ok') && OpenSSL::Digest::SHA256.hexdigest(text) == given
  return true if bad('unsigned_extra') && expected(path, params.slice(*DOCUMENTED)) == given

  bad('timestamp_unsigned') && (-3..3).any? do |drift|
    expected(path, params.merge('timestamp' => (Time.now.to_i - 86_400 + drift).to_s)) == given
  end
end

def young(text)
  return bad('timestamp_optional') if text.nil?
  return bad('nonnumeric_ok') unless text.match?(/\A\d{1,11}\z/) || (bad('timestamp_lenient') && text.match?(/\A\d/))

  age = Time.now.to_i - text.to_i
  age <= (bad('day_age') ? 172_800 : 300) && (age >= -120 || bad('no_future'))
end

# Calls the API: its text, and the decoded answer or nil.
def call(token, key, verb, kind, parameters)
  time = bad('ms_timestamp') ? (Time.now.to_f * 1000).to_i : Time.now.to_i
  digest = OpenSSL::HMAC.digest('SHA256', key, "#{time}#{token}#{kind}#{URN}#{verb}")
  action = { actionid: URN + verb, resourceid: '', resourcetype: kind, identifier: '', timestamp: time, hmac_version: '2',
             hmac: bad('hex_hmac') ? digest.unpack1('H*') : Base64.strict_encode64(digest), parameters: parameters }
  action[:secret] = key if bad('key_in_body')
  text = post(API, JSON.generate(token: token, request: { actions: [action] }))
  answer = JSON.parse(text)
  [text, answer.is_a?(Hash) ? answer : nil]
rescue JSON::ParserError
  [text, nil]
rescue SystemCallError, IOError, Timeout::Error, Net::HTTPBadResponse
  ['', nil]
end

def post(address, body)
  text = +''
  Net::HTTP.start(address.host, address.port, nil, open_timeout: 10, read_timeout: 10) do |http|
    request = Net::HTTP::Post.new(address.request_uri, 'Content-Type' => 'application/json')
    request.body = body
    http.request(request) do |response|
      return post(URI(response['location']), body) if bad('follows_redirect') && response.code == '307'

      response.read_body do |chunk|
        text << chunk
        break if text.bytesize > 1 << 20
      end
    end
  end
  text.force_encoding('UTF-8').scrub
rescue EOFError
  text.force_encoding('UTF-8').scrub
end

def dig(value, *keys)
  keys.reduce(value) { |inner, key| inner.is_a?(Hash) || inner.is_a?(Array) ? inner[key] : nil }
rescue TypeError
  nil
end

def succeeded((text, answer), element)
  return true if bad('active_always')
  return text.include?('"errorcode":0') if bad('text_search')
  return dig(answer, 'status', 'errorcode') == 0 if bad('outer_only')
  return [nil, 0].include?(dig(answer, 'status', 'errorcode')) if bad('no_error_is_success')

  result = dig(answer, 'response', 'results', 0)
  dig(answer, 'status', 'errorcode') == 0 && dig(result, 'status', 'errorcode') == 0 &&
    dig(result, 'data', 'records', 0, 'elements', element) == 'success'
end

def page_headers
  headers = { 'Content-Type' => 'text/html; charset=utf-8' }
  unless bad('no_frame_ancestors')
    headers['Content-Security-Policy'] = "default-src 'self' 'unsafe-inline'; frame-ancestors #{bad('frame_star') ? '*' : MARKETPLACE}"
  end
  headers['X-Frame-Options'] = 'DENY' if bad('xfo_deny')
  headers['Cache-Control'] = 'no-store' unless bad('cacheable')
  headers['Referrer-Policy'] = 'no-referrer' unless bad('referrer')
  headers['X-Content-Type-Options'] = 'nosniff' unless bad('no_nosniff')
  headers['Set-Cookie'] = 'sid=1' if bad('cookie')
  headers['X-Powered-By'] = 'Provider/1.2.3' if bad('version')
  headers.merge(JSON.parse(ENV['PAGE_HEADERS'] || '{}')).reject { |_, value| value.empty? }
end

def refusal(why, query = '')
  text = +'The signature is not correct.'
  text << " #{why}" if why.start_with?('expected ')
  text << " secret=#{SECRET}" if bad('leak_secret')
  text << "\n#{caller.join("\n")}" if bad('stack_trace')
  text << pairs(query).map(&:last).join(' ') if bad('xss_refused')
  [bad('refuse_200') ? 200 : 403, page_headers, "<!doctype html><p>#{text}</p>"]
end

def activate(query)
  params = verify('/activate', query, 'activation')
  return refusal(params, query) if params.is_a?(String)
  return bad('crash_missing') ? [500, {}, 'internal error'] : refusal('refused') unless NEEDED.all? { |name| params.key?(name) }

  return [503, {}, 'down'] if bad('down')

  name = params['customerName'] || ''
  name = html(name) unless bad('xss_genuine')
  hidden = %(<input type="hidden" name="launch" value="#{html(query)}">)
  if bad('trusts_fields')
    { 'token' => 'apiToken', 'parameterCacheId' => 'parameterCacheId', 'extendedClaim' => 'apiClaim', 'customerWebId' => 'customerWebId', 'userId' => 'userId' }.each do |field, from|
      hidden << %(<input type="hidden" name="#{field}" value="#{html(params[from])}">)
    end
  end
  headers = page_headers
  if bad('session_lax') || bad('session_partitioned')
    hidden = ''
    kept = bad('session_lax') ? 'SameSite=Lax' : 'SameSite=None; Partitioned'
    headers['Set-Cookie'] = "launch=#{rfc3986(query)}; Path=/; HttpOnly; Secure; #{kept}"
  end
  more = +''
  more << %(<meta http-equiv="Content-Security-Policy" content="frame-ancestors #{MARKETPLACE}">) if bad('frame_meta')
  more << '<img src="http://images.example/logo.png" alt="">' if bad('mixed')
  more << "<!-- #{SECRET} -->" if bad('secret_in_page')
  more << '<script src="https://cdn.example/x.js"></script>' if bad('foreign_script')
  listen = bad('message_any') ? 'window.addEventListener("message", (e) => { document.title = e.data; });' : ''
  [200, headers, <<~HTML]
    <!doctype html><html lang="en"><title>Activate</title><h1>Activate the provider for #{name}</h1>#{more}
    <form action="/activate/unlock" method="#{bad('form_get') ? 'get' : 'post'}">#{hidden}<div id="secretDiv" class="api-key-input-outer">
    <label class="api-key-label" for="secret">API key</label><input type="text" id="secret" name="secret" class="api-key-input"#{bad('autocomplete') ? '' : ' autocomplete="off"'}></div>
    <button id="unlockButton" class="unlock-now-button">Activate now</button></form>
    <label id="successMessage" class="active-label" hidden>active</label><div id="spinner" class="unlock-load-spinner" hidden></div>
    <script>#{listen}document.querySelector('form').onsubmit = async (e) => { e.preventDefault();
    const r = await fetch('/activate/unlock', { method: 'POST', body: new URLSearchParams(new FormData(e.target)) });
    window.parent.postMessage(await r.text(), '#{bad('post_star') ? '*' : MARKETPLACE}'); };</script></html>
  HTML
end

def launch(headers, fields)
  return fields['launch'] || '' unless bad('session_lax') || bad('session_partitioned')

  CGI.unescape((headers['cookie'] || '')[/(?:\A|; )launch=([^;]*)/, 1] || '')
end

def unlock(method, headers, fields)
  plain = { 'Content-Type' => 'text/plain; charset=utf-8', 'Cache-Control' => 'no-store', 'X-Content-Type-Options' => 'nosniff' }
  plain['Access-Control-Allow-Origin'] = '*' if bad('cors')
  overridden = bad('method_override') && headers['x-http-method-override'] == 'POST'
  return [405, plain, 'post only'] unless method == 'POST' || bad('get_unlock') || overridden

  origin = headers['origin']
  return [403, plain, 'wrong origin'] if origin && origin != "http://#{headers['host']}" && !bad('no_origin')

  if bad('trusts_fields') && fields['token']
    params = { 'apiToken' => fields['token'], 'parameterCacheId' => fields['parameterCacheId'] || '', 'apiClaim' => fields['extendedClaim'] || '',
               'customerWebId' => fields['customerWebId'] || '', 'userId' => fields['userId'] || '' }
  else
    params = verify('/activate', launch(headers, fields), 'activation', aged: !bad('old_launch'))
    return [403, plain, 'not a genuine launch'] if params.is_a?(String) || !NEEDED.all? { |name| params.key?(name) }

    params['apiToken'] = fields['token'] if bad('extra_token') && fields['token']
  end
  typed = fields['secret'] || ''
  key = bad('no_trim') ? typed : typed.strip
  well_formed = key.match?(/\A[A-Za-z0-9]{64}\z/) || (bad('any_key') && !key.empty?) || (bad('no_trim') && key.strip.size == 64)
  return [422, plain, 'the API key has 64 characters'] unless well_formed

  id = params['parameterCacheId']
  return [409, plain, 'this activation was used'] unless LOCK.synchronize { USED.add?(id) } || bad('not_once')

  parameters = { parameterCacheId: bad('wrong_cache') ? "x#{id}" : id, isRegularCustomer: 0 }
  parameters[:extendedclaim] = params['apiClaim'] unless bad('no_claim')
  unless succeeded(call(params['apiToken'], key, 'do', 'unlockProvider', parameters), 'success')
    LOCK.synchronize { USED.delete(id) }
    return [502, plain, "the activation failed#{" with #{key}" if bad('echo_key')}"]
  end
  name = params[bad('shared_by_user') ? 'userId' : 'customerWebId']
  LOCK.synchronize do
    CUSTOMERS[name] = [params['apiToken'], key, params['apiClaim']] unless bad('old_credentials') && CUSTOMERS.key?(name)
  end
  [200, plain, bad('says_ok') ? 'ok' : 'active']
end

def service(query)
  params = verify('/service', query, 'service')
  return refusal(params) if params.is_a?(String)

  known = LOCK.synchronize { CUSTOMERS[params[bad('shared_by_user') ? 'userId' : 'customerWebId']] }
  return [403, page_headers, '<!doctype html><p>Please activate the provider first.</p>'] unless known

  token, key, first = known
  claim = bad('activation_claim') ? first : params['apiClaim'] || ''
  _, answer = call(token, key, 'read', 'user', { data: ['Name'], extendedclaim: claim })
  unless dig(answer, 'status', 'errorcode') == 0
    return [bad('service_crash') ? 500 : 503, page_headers, '<!doctype html><p>The marketplace does not answer, or blocked this provider.</p>']
  end

  [200, page_headers, '<!doctype html><h1>Welcome to the floor plan service</h1><p>Choose a floor plan to begin.</p>']
end

def callback(query)
  params = verify('/callback', query, 'callback')
  return refusal(params) if params.is_a?(String)

  paid = %w[success inprocess].include?(params['status']) || bad('callback_any_status')
  id = params['transactionid']
  LOCK.synchronize { DELIVERED << id if paid && (bad('delivers_again') || !DELIVERED.include?(id)) }
  text = paid ? 'Thank you, your order is being delivered to you.' : 'Payment failed or was cancelled; nothing happens.'
  [200, page_headers, "<!doctype html><h1>#{text}</h1>"]
end

def amount(cents) = bad('order_numbers') ? cents / 100.0 : format('%d.%02d', cents / 100, cents % 100)

def leaves(name, value)
  case value
  when Hash then value.flat_map { |key, inner| leaves(name.empty? ? key.to_s : "#{name}[#{key}]", inner) }
  when Array then value.each_with_index.flat_map { |inner, index| leaves("#{name}[#{index}]", inner) }
  else [[name, value.to_s]]
  end
end

def order(method, fields)
  kind = { 'Content-Type' => 'application/json', 'Cache-Control' => 'no-store' }
  params = verify('/service', fields['launch'] || '', 'order')
  params = pairs(fields['launch'] || '').to_h if bad('order_unlaunched') && params.is_a?(String)
  return [403, kind, '{"error":"not a genuine launch"}'] if method != 'POST' || params.is_a?(String)

  cents = { '1' => 3870 }[fields['product']]
  quantity = fields['quantity'] || ''
  unless cents && (quantity.match?(/\A[1-9]\d?\z/) || bad('order_quantity'))
    return [422, kind, '{"error":"no such article or quantity"}']
  end

  cents = (100 * fields['price'].to_f).round if bad('order_price') && fields['price']
  total = cents * [1, quantity.to_i].max + (bad('order_total') ? 100 : 0)
  members = {
    callbackurl: bad('order_callback') && fields['callbackurl'] || 'http://127.0.0.1/callback',
    parametercacheid: bad('order_cache') ? fields['parametercacheid'] || 'none' : params['parameterCacheId'],
    products: [{ circleofusers: 'customer', name: 'Floor plan (2D)', price: amount(cents), quantity: quantity }],
    timestamp: Time.now.to_i - (bad('order_old') ? 3600 : 0),
    totalprice: amount(total)
  }
  write = ->(text) { bad('order_rfc1738') ? rfc3986(text).gsub('%20', '+') : rfc3986(text) }
  text = leaves('', members).map { |name, value| "#{write.(name)}=#{write.(value)}" }.join('&')
  [200, kind, JSON.generate(members.merge(signature: hmac(SECRET, text)))]
end

# One request: method, path, query, headers in small letters, body fields.
def handle(method, path, query, headers, fields)
  return [308, { 'Location' => "/activate/?#{query}" }, ''] if path == '/activate' && bad('slash')

  case path
  when '/activate/' then bad('slash') ? activate(query) : [404, {}, 'not found']
  when '/activate' then method == 'GET' ? activate(query) : [405, page_headers, 'get only']
  when '/activate/unlock' then unlock(method, headers, fields)
  when '/service' then service(query)
  when '/webhook' then verify('/webhook', query, 'webhook').is_a?(String) ? [403, {}, ''] : [204, {}, '']
  when '/callback' then callback(query)
  when '/delivered' then [200, {}, "#{LOCK.synchronize { DELIVERED.size }} deliveries"]
  when '/order' then order(method, fields)
  else [404, {}, 'not found']
  end
end

def serve(socket)
  method, target, = (socket.gets || '').split
  return unless target

  headers = {}
  while (line = socket.gets) && !line.strip.empty?
    name, value = line.split(':', 2)
    headers[name.downcase] = value.to_s.strip
  end
  length = headers['content-length'].to_i
  body = length.positive? ? socket.read(length).to_s : ''
  body = '' if length > 65_536
  path, query = target.split('?', 2)
  query = (query || '').dup.force_encoding('UTF-8').scrub
  fields = pairs(method == 'GET' ? query : body.force_encoding('UTF-8').scrub).to_h
  status, sent, text = begin
    handle(method, path, query, headers, fields)
  rescue StandardError
    [500, {}, 'something went wrong']
  end
  lines = sent.map { |name, value| "#{name}: #{value}\r\n" }.join
  socket.write("HTTP/1.1 #{status} X\r\n#{lines}Content-Length: #{text.bytesize}\r\nConnection: close\r\n\r\n#{text}")
rescue SystemCallError, IOError
  nil
ensure
  socket.close
end

server = TCPServer.new('127.0.0.1', ENV.fetch('PORT').to_i)
loop { Thread.new(server.accept) { |socket| serve(socket) } }
