# What the Ruby providers of this folder share: settings, and the signature over a raw query.
require "cgi"
require "openssl"
require "securerandom"
require "uri"

module Marketplace
  SECRET = ENV.fetch("PROVIDER_SECRET")
  ADDRESS = URI(ENV.fetch("ADDRESS")) # the registered activation URL, without its query
  ORIGINS = ENV.fetch("MARKETPLACE") # scheme, host and port of its pages; several with spaces between
  YOUNGEST, OLDEST = -120, 300 # seconds; how old a signed URL may be

  HEADERS = {
    "Cache-Control" => "no-store",
    "Content-Security-Policy" => "default-src 'none'; frame-ancestors #{ORIGINS}",
    "Referrer-Policy" => "no-referrer",
    "X-Content-Type-Options" => "nosniff"
  }.freeze

  # The parameters of a raw query that the marketplace has signed lately; otherwise nil.
  def self.verified(query)
    given = URI.decode_www_form(query).to_h # of duplicates the last one
    signature = given.delete("signature").to_s
    # PHP's http_build_query escapes `*`, Ruby does not.
    canonical = URI.encode_www_form(given.sort).gsub("*", "%2A")
    # Newer versions of the marketplace sign the port, older ones leave it out.
    genuine = [ADDRESS.to_s, "#{ADDRESS.scheme}://#{ADDRESS.host}#{ADDRESS.path}"].any? do |address|
      expected = OpenSSL::HMAC.hexdigest("SHA256", SECRET, "#{address}?#{canonical}")
      OpenSSL.secure_compare(expected, signature)
    end
    return unless genuine && given["timestamp"].to_s.match?(/\A\d{1,11}\z/)

    (YOUNGEST..OLDEST).cover?(Time.now.to_i - given["timestamp"].to_i) ? given : nil
  end

  def self.page(given) = "<!doctype html><p>Hello #{CGI.escapeHTML(given["customerName"])}"

  # The `Set-Cookie` that a frame of another site needs; Rack knows `partitioned` from 3.1 on.
  def self.cookie = "session=#{SecureRandom.uuid}; Path=/; Secure; HttpOnly; SameSite=None; Partitioned"
end
