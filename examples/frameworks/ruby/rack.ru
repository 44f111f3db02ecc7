require "rack"
require_relative "marketplace"

activate = lambda do |env|
  given = Marketplace.verified(env["QUERY_STRING"])
  next [403, { "Content-Type" => "text/plain" }, ["This page opens from the marketplace only."]] unless given

  headers = { "Content-Type" => "text/html; charset=utf-8", "Set-Cookie" => Marketplace.cookie }
  [200, headers.merge(Marketplace::HEADERS), [Marketplace.page(given)]]
end

map("/activate") { run activate }
