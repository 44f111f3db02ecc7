# The unlock as a Ruby SDK sends it: Net::HTTP with compression asked for by hand, which switches
# Ruby's own decompression off, and null for identifier and resource id.

require "json"
require "net/http"
require "openssl"

ACTION = "urn:onoffice-de-ns:smart:2.5:smartml:action:do"
RESOURCE = "unlockProvider"

def signature(given, now)
  text = [now, given["token"], RESOURCE, ACTION].join
  [OpenSSL::HMAC.digest("SHA256", given["key"], text)].pack("m0")
end

def post(endpoint, body)
  uri = URI(endpoint)
  request = Net::HTTP::Post.new(uri)
  request["Content-Type"] = "application/json"
  request["Accept-Encoding"] = "gzip,deflate,br"
  request.body = JSON.generate(body)
  Net::HTTP.start(uri.host, uri.port) { |http| http.request(request) }
end

def unlock(given)
  now = Time.now.to_i
  action = {
    actionid: ACTION,
    identifier: nil,
    parameters: { parameterCacheId: given["parameterCacheId"], extendedclaim: given["apiClaim"] },
    resourceid: nil,
    resourcetype: RESOURCE,
    timestamp: now,
    hmac_version: 2,
    hmac: signature(given, now),
  }
  answer = post(given["endpoint"], { token: given["token"], request: { actions: [action] } })
  return { ok: false, code: nil } unless answer.is_a?(Net::HTTPSuccess)

  json = JSON.parse(answer.body)
  result = json.fetch("response").fetch("results").first
  return { ok: false, code: json.dig("status", "errorcode") } if result.nil?

  complete = %w[actionid resourcetype data].all? { |name| result.key?(name) }
  code = result.dig("status", "errorcode")
  { ok: complete && code.zero?, code: code }
end

given = JSON.parse($stdin.read)
puts JSON.generate(
  wrongKey: unlock(given.merge("key" => "0" * 64)),
  unlock: unlock(given),
  again: unlock(given),
  unknownToken: unlock(given.merge("token" => "0" * 32)),
)
