require "rails"
require "action_controller/railtie"
require_relative "marketplace"

class Provider < Rails::Application
  config.eager_load = false
  config.hosts.clear
  config.logger = Logger.new(nil) # addresses hold a token and a claim
  config.secret_key_base = ENV.fetch("SESSION_KEY") { SecureRandom.hex(64) }
  routes.append { get "/activate" => "activations#show" }
end

class ActivationsController < ActionController::Base
  def show
    given = Marketplace.verified(request.query_string)
    return render plain: "This page opens from the marketplace only.", status: :forbidden unless given

    response.headers.delete("X-Frame-Options") # SAMEORIGIN, by default
    response.headers.merge!(Marketplace::HEADERS)
    response.headers["Set-Cookie"] = Marketplace.cookie
    render html: Marketplace.page(given).html_safe
  end
end

Provider.initialize!
run Provider
