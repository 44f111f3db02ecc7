require "sinatra/base"
require_relative "marketplace"

class Provider < Sinatra::Base
  # Otherwise it sends X-Frame-Options: SAMEORIGIN with every page.
  set :protection, except: :frame_options

  get "/activate" do
    given = Marketplace.verified(request.query_string)
    halt 403, "This page opens from the marketplace only." unless given

    headers Marketplace::HEADERS
    headers "Set-Cookie" => Marketplace.cookie
    Marketplace.page(given)
  end
end

run Provider
