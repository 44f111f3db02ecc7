# What a Ruby framework makes of a request: its full URL, and what its parameter object reads.
# The environment variable PROBE names the framework.
require "json"

ANSWER = ->(url, read) { { url: url, read: read }.to_json }

case ENV.fetch("PROBE")
when "rack"
  require "rack"
  run(lambda do |env|
    request = Rack::Request.new(env)
    [200, { "Content-Type" => "text/html" }, [ANSWER.(request.url, request.GET)]]
  end)
when "sinatra"
  require "sinatra/base"
  class Probe < Sinatra::Base
    get("*") { ANSWER.(request.url, request.GET) }
  end
  run Probe
when "rails"
  require "rails"
  require "action_controller/railtie"
  class Probe < Rails::Application
    config.eager_load = false
    config.hosts.clear
    config.logger = Logger.new(nil)
    config.secret_key_base = "0" * 128
    routes.append { match "*path", to: "probes#show", via: :get, format: false }
  end
  class ProbesController < ActionController::Base
    def show = render(html: ANSWER.(request.original_url, request.query_parameters).html_safe)
  end
  Probe.initialize!
  run Probe
end
